/** `datapusher` of a site: the service that loads files into the datastore in place of XLoader. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { imageReference } from "../../config/values.ts";
import { resources, sized } from "../kubernetes/resources.ts";

export const loaderSettings = z.strictObject({
  // Such as ckan/ckan-base-datapusher:0.0.21.
  image: imageReference.describe("Container image, by exact tag or digest; it serves on port 8800"),
  resources: resources(sized("50m", "128Mi", "1", "512Mi")),
});

export type LoaderArgs = Arguments<typeof loaderSettings>;
export type LoaderSettings = Settings<typeof loaderSettings>;
