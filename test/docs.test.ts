/** What Markdown files name exists: files, headings, npm scripts. Does not prove that pages of others are still there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

const root = resolve(import.meta.dirname, "..");
/** What is installed, built or recorded. */
const others = /(?:^|\/)(?:node_modules|\.git|dist|golden)$/;

const documents = pages(root).map((path) => ({ path, text: readFileSync(path, "utf8") }));
const name = (path: string) => relative(root, path);

test("the pages are found", () => {
  expect(documents.map(({ path }) => name(path))).toEqual(
    expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/decisions.md", "components/web/README.md"]),
  );
});

describe("every page", () => {
  const links = documents.flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => ({ path, link })),
  );
  const broken = (wrong: (target: string, anchor: string | undefined) => boolean) =>
    links
      .filter(({ path, link }) => {
        const [file = "", anchor] = link.split("#");
        return wrong(file === "" ? path : resolve(dirname(path), file), anchor);
      })
      .map(({ path, link }) => `${name(path)}: ${link}`);

  test("links to files that exist, inside the repository", () => {
    expect(links.length).toBeGreaterThan(100);
    expect(broken((target) => !existsSync(target) || name(target).startsWith(".."))).toEqual([]);
  });

  test("links to headings that exist", () => {
    const anchors = new Map(documents.map(({ path, text }) => [path, anchorsOf(text)]));
    expect(links.filter(({ link }) => link.includes("#")).length).toBeGreaterThan(10);
    expect(broken((target, anchor) => anchor !== undefined && !anchors.get(target)?.has(anchor))).toEqual([]);
  });

  test("names scripts that package.json has", () => {
    const called = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run (?:-s |--silent )?([\w:]+)/g)].map(([, script = ""]) => ({ path, script })),
    );
    expect(called.length).toBeGreaterThan(50);
    const unknown = called.filter(({ script }) => !(script in manifest.scripts));
    expect(unknown.map(({ path, script }) => `${name(path)}: npm run ${script}`)).toEqual([]);
  });
});

test("a heading's anchor is what GitHub makes of it", () => {
  const anchors = anchorsOf('# `ckan.ini`, by the program\n\n## Two words\n## Two words\n<a id="own"></a>\n');
  expect([...anchors].sort()).toEqual(["ckanini-by-the-program", "own", "two-words", "two-words-1"]);
});

/** Every Markdown file below a folder. */
function pages(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return others.test(path) ? [] : pages(path);
      return entry.name.endsWith(".md") ? [path] : [];
    })
    .sort();
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");
}

function anchorsOf(text: string): ReadonlySet<string> {
  const found = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
  for (const [, heading = ""] of text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let free = slug;
    for (let again = 1; found.has(free); again++) free = `${slug}-${again}`;
    found.add(free);
  }
  return found;
}
