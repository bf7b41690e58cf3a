import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { images, promote } from "../../pipelines/lib/promotion.ts";
import { commit, folder, repository, root, script, write } from "./support/scripts.ts";

const digest = (character: string) => `sha256:${character.repeat(64)}`;
const tested = {
  ckan: `registry.example.org/ckan/ckan:2.11.7-1@${digest("a")}`,
  solr: `registry.example.org/solr@${digest("b")}`,
  nginx: `registry.example.org/nginx:1.28.1@${digest("d")}`,
};

const staging = `config:
  ckan:defaults:
    ckan:
      version: 2.11.7
      image: ${tested.ckan}
      plugins: [envvars]
    web: { nginx: { image: ${tested.nginx} }, processes: 2 }
    search: { kind: in-cluster, image: "${tested.solr}" }
  ckan:instances:
    opendata: { host: staging.example.org }
`;

const prod = `# Production. Its comments and its spacing stay as they are.
config:
  ckan:defaults:
    ckan:
      version: 2.11.6   # what is in the image
      image: registry.example.org/ckan/ckan:2.11.6-1
      plugins: [ envvars ]
    web:
      processes: 8
      nginx:
        image: registry.example.org/nginx:1.28.0   # in front of CKAN
    search: { kind: in-cluster, image: 'registry.example.org/solr:9',   heap: 1Gi } # flow
    database: { kind: in-cluster, image: registry.example.org/postgres:15-1 }
  ckan:instances:
    opendata:
      host: example.org
      ckan: { image: registry.example.org/ckan/ckan:2.11.5-1 }
`;

const promoted = prod
  .replace("version: 2.11.6 ", "version: 2.11.7 ")
  .replaceAll(/registry.example.org\/ckan\/ckan:2\.11\.[56]-1/g, tested.ckan)
  .replace("registry.example.org/nginx:1.28.0", tested.nginx)
  .replace("'registry.example.org/solr:9'", tested.solr);

describe("promotion", () => {
  test("replaces images and CKAN's version where they stand, and not one other character", () => {
    const { text, replaced, untested } = promote(staging, prod);
    expect(text).toBe(promoted);
    expect(replaced.map(({ key, from, to }) => `${key} ${from} ${to}`)).toEqual([
      "defaults.ckan.version 2.11.6 2.11.7",
      `defaults.ckan.image registry.example.org/ckan/ckan:2.11.6-1 ${tested.ckan}`,
      `defaults.web.nginx.image registry.example.org/nginx:1.28.0 ${tested.nginx}`,
      `defaults.search.image registry.example.org/solr:9 ${tested.solr}`,
      `instances.opendata.ckan.image registry.example.org/ckan/ckan:2.11.5-1 ${tested.ckan}`,
    ]);
    expect(untested).toEqual(["defaults.database.image"]);
  });

  test("changes nothing the second time", () => {
    expect(promote(staging, promoted)).toMatchObject({ text: promoted, replaced: [] });
  });

  test("refuses an image without a digest, unless it is told to take tags", () => {
    const tagged = staging.replace(`@${digest("a")}`, "");
    expect(() => promote(tagged, prod)).toThrow("without a digest: registry.example.org/ckan/ckan:2.11.7-1");
    expect(images(promote(tagged, prod, { tags: true }).text).get("defaults.ckan.image")).toBe(
      "registry.example.org/ckan/ckan:2.11.7-1",
    );
  });

  test("asks nothing of images that the target does not use", () => {
    const more = staging.replace("  ckan:instances:", "    queue: { image: valkey:8 }\n  ckan:instances:");
    expect(promote(more, prod).text).toBe(promoted);
  });

  test("refuses when a site tested an image of its own that the target's site would not get", () => {
    const own = staging.replace(
      "host: staging.example.org",
      `search: { image: registry.example.org/solr@${digest("c")} }`,
    );
    expect(() => promote(own, prod)).toThrow("the source has instances.opendata.search.image for this site alone");
    const same = staging.replace("host: staging.example.org", `search: { image: "${tested.solr}" }`);
    expect(promote(same, prod).text).toBe(promoted);
  });

  test("refuses a file that is no YAML", () => {
    expect(() => promote(staging, "config: [")).toThrow("a stack file is no YAML");
  });

  test("knows every image of the committed stacks", () => {
    const of = (stack: string) => [...images(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")).keys()];
    const both = ["ckan", "web.nginx", "search", "queue"].map((part) => `defaults.${part}.image`);
    expect([of("staging"), of("prod")]).toEqual([both, both]);
    expect(of("dev").length).toBe(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8").match(/\bimage:/g)?.length);
  });
});

describe("promote", () => {
  const names = ["staging", "prod"];
  const files = { "Pulumi.staging.yaml": staging, "Pulumi.prod.yaml": prod };

  test("writes the target's file, says what changed, and has nothing to do afterwards", async () => {
    const cwd = folder(files);
    const first = await script("promote.ts", names, { cwd });
    expect([first.code, readFileSync(join(cwd, "Pulumi.prod.yaml"), "utf8")]).toEqual([0, promoted]);
    expect(first.stdout).toBe(
      `defaults.ckan.version: 2.11.6 -> 2.11.7
defaults.ckan.image: registry.example.org/ckan/ckan:2.11.6-1 -> ${tested.ckan}
defaults.web.nginx.image: registry.example.org/nginx:1.28.0 -> ${tested.nginx}
defaults.search.image: registry.example.org/solr:9 -> ${tested.solr}
instances.opendata.ckan.image: registry.example.org/ckan/ckan:2.11.5-1 -> ${tested.ckan}
defaults.database.image: unchanged, staging has none
Pulumi.prod.yaml is written
`,
    );
    const second = await script("promote.ts", names, { cwd });
    expect(second.stdout).toBe("defaults.database.image: unchanged, staging has none\nprod has what staging has\n");
    expect(readFileSync(join(cwd, "Pulumi.staging.yaml"), "utf8")).toBe(staging);
  });

  test("writes nothing when it refuses", async () => {
    const cwd = folder({ ...files, "Pulumi.staging.yaml": staging.replace(`@${digest("a")}`, "") });
    const { code, output } = await script("promote.ts", names, { cwd });
    expect([code, /What to do: write registry\/name:tag@sha256/.test(output)]).toEqual([1, true]);
    expect(readFileSync(join(cwd, "Pulumi.prod.yaml"), "utf8")).toBe(prod);
  });

  test.each([[[]], [["staging"]], [["staging", "staging"]], [["a", "b", "c"]]])(
    "refuses the stacks %j",
    async (stacks) => {
      const { code, output } = await script("promote.ts", stacks, { cwd: folder(files) });
      expect([code, output]).toEqual([
        1,
        "Failed: promotion needs two stacks\nWhat to do: npm run promote -- staging prod\n",
      ]);
    },
  );
});

describe("promote --check", () => {
  const check = (cwd: string, base: string) =>
    script("promote.ts", ["staging", "prod", "--check", "--base", base], { cwd });

  test("lets production have what staging had before, also when staging has gone on since", async () => {
    const { cwd } = repository({ "Pulumi.staging.yaml": staging, "Pulumi.prod.yaml": prod });
    write(cwd, { "Pulumi.staging.yaml": staging.replace(digest("a"), digest("d")) });
    const base = commit(cwd);
    write(cwd, { "Pulumi.prod.yaml": promoted });
    const { code, stdout } = await check(cwd, base);
    expect([code, stdout]).toEqual([
      0,
      "defaults.database.image: not compared, staging has none\nprod has no image that staging did not have before\n",
    ]);
  });

  test("refuses an image that staging gets in the same change", async () => {
    const { cwd, first } = repository({ "Pulumi.staging.yaml": staging, "Pulumi.prod.yaml": prod });
    const next = (text: string) => text.replaceAll(digest("a"), digest("d"));
    write(cwd, { "Pulumi.staging.yaml": next(staging), "Pulumi.prod.yaml": next(promoted) });
    const { code, output } = await check(cwd, first);
    expect(code).toBe(1);
    expect(output).toContain(`defaults.ckan.image: staging never had ${next(tested.ckan)}`);
    expect(output).toContain("What to do: bring staging up with the image first, by its digest");
  });

  test("refuses a tag that staging had, and is not misled by a longer one", async () => {
    const old = staging.replace(tested.ckan, "registry.example.org/ckan/ckan:2.11.7-11");
    const { cwd, first } = repository({ "Pulumi.staging.yaml": old, "Pulumi.prod.yaml": prod });
    write(cwd, { "Pulumi.prod.yaml": prod.replace("ckan:2.11.6-1", "ckan:2.11.7-1") });
    expect((await check(cwd, first)).output).toContain(
      "defaults.ckan.image: staging never had registry.example.org/ckan/ckan:2.11.7-1; defaults.ckan.image: registry.example.org/ckan/ckan:2.11.7-1 has no digest",
    );
    write(cwd, { "Pulumi.prod.yaml": prod.replace("ckan:2.11.6-1", "ckan:2.11.7-11") });
    expect((await check(cwd, first)).output).toMatch(/^(?!.*never had).*ckan:2\.11\.7-11 has no digest$/m);
  });

  test("says nothing about images that stay", async () => {
    const { cwd, first } = repository({ "Pulumi.staging.yaml": staging, "Pulumi.prod.yaml": prod });
    expect((await check(cwd, first)).code).toBe(0);
  });
});
