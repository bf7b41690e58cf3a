import { expect, test } from "vitest";
import { ckanPod } from "../../../components/configuration/ckan-pod.ts";
import { claimMount } from "../../../components/kubernetes/pod.ts";
import { runtime } from "../../support/endpoints.ts";

const identity = { instance: "opendata", component: "web", software: "ckan", version: "2.11.6" };

test("a pod that runs CKAN mounts its settings, and may write into a volume that ends with it", () => {
  expect(ckanPod(runtime, identity)).toEqual({
    identity,
    image: "registry.example.org/ckan:2.11.6-1",
    environment: [{ name: "CKAN_INI", value: "/etc/ckan/ckan.ini" }],
    mounts: [
      {
        name: "configuration",
        path: "/etc/ckan",
        source: { configMap: { name: "opendata-configuration-0" } },
        readOnly: true,
      },
      { name: "storage", path: "/var/lib/ckan" },
    ],
    clientLabels: { "database-client": "true", "search-client": "true" },
  });
});

test("another volume takes the place of the one that ends with the pod", () => {
  const storage = claimMount("storage", "/var/lib/ckan", "uploads");
  expect(ckanPod(runtime, identity, storage).mounts?.[1]).toEqual(storage);
});
