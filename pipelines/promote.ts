/**
 * `npm run promote -- <source> <target> [--allow-tags]`: copies the images and their CKAN version from one stack file to another. Builds
 * nothing and changes nothing else in the file.
 *
 * `--check --base <commit>` writes nothing: it fails when the target's file has gained an image since that commit which the source's file
 * did not name up to then.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { main, PipelineError } from "./lib/error.ts";
import { everContained, fileAt } from "./lib/git.ts";
import { hasDigest, images, promote } from "./lib/promotion.ts";

await main(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "allow-tags": { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      base: { type: "string", default: "" },
    },
  });
  const [source, target, more] = positionals;
  if (source === undefined || target === undefined || more !== undefined || source === target) {
    throw new PipelineError("promotion needs two stacks", "npm run promote -- staging prod");
  }
  const tags = values["allow-tags"];
  return values.check ? check(source, target, values.base, tags) : write(source, target, tags);
});

function stackFile(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

function write(source: string, target: string, tags: boolean): number {
  const before = readFileSync(stackFile(target), "utf8");
  const { text, replaced, untested } = promote(readFileSync(stackFile(source), "utf8"), before, { tags });
  if (text !== before) writeFileSync(stackFile(target), text);
  for (const { key, from, to } of replaced) console.log(`${key}: ${from} -> ${to}`);
  for (const key of untested) console.log(`${key}: unchanged, ${source} has none`);
  console.log(replaced.length === 0 ? `${target} has what ${source} has` : `${stackFile(target)} is written`);
  return 0;
}

/** Every image that the target's file gained must have been in the source's file before. */
function check(source: string, target: string, base: string, tags: boolean): number {
  const before = new Set(images(fileAt(base, stackFile(target)) ?? "").values());
  const { untested } = promote(readFileSync(stackFile(source), "utf8"), readFileSync(stackFile(target), "utf8"), {
    tags: true,
  });
  const added = [...images(readFileSync(stackFile(target), "utf8"))].filter(
    ([key, image]) => !before.has(image) && !untested.includes(key),
  );
  const problems = added.flatMap(([key, image]) => [
    ...(everContained(stackFile(source), image, base) ? [] : [`${key}: ${source} never had ${image}`]),
    ...(tags || hasDigest(image) ? [] : [`${key}: ${image} has no digest`]),
  ]);
  for (const key of untested) console.log(`${key}: not compared, ${source} has none`);
  if (problems.length === 0) {
    console.log(`${target} has no image that ${source} did not have before`);
    return 0;
  }
  throw new PipelineError(
    problems.join("; "),
    `bring ${source} up with the image first, by its digest; then npm run promote -- ${source} ${target}`,
  );
}
