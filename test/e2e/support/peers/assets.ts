/** What pages load from the site itself. */
import { expect } from "vitest";

/** Named by style sheets of CKAN 2.11 that were moved away from it: no release has ever had it at this place. */
const broken = ["/webassets/ckanext-datatablesview/vendor/FontAwesome/images/times-circle-solid.svg"];

export interface Visitor {
  readonly url: string;
  /** Cookies of a session. */
  readonly cookie?: string;
}

/** Paths of style sheets, scripts, pictures and fonts that the pages name, and that the style sheets name in turn. */
export async function assetsOf(visitor: Visitor, pages: readonly string[]): Promise<readonly string[]> {
  const named = new Set<string>();
  for (const page of pages) for (const path of namedIn(await read(visitor, page), page)) named.add(path);
  const styles = [...named].filter((path) => path.split("?")[0]?.endsWith(".css"));
  for (const style of styles) for (const path of urlsIn(await read(visitor, style), style)) named.add(path);
  return [...named].filter((path) => !broken.includes(path)).sort();
}

async function read({ url, cookie }: Visitor, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers: cookie === undefined ? {} : { cookie } });
  const text = await response.text();
  expect([path, response.status]).toEqual([path, 200]);
  return text;
}

/** `src` and `href` of what browsers load by themselves. */
function namedIn(page: string, base: string): readonly string[] {
  const tags = page.match(/<(?:link|script|img)\b[^>]*>/g) ?? [];
  return tags.flatMap((tag) => own(/\s(?:src|href)="([^"]+)"/.exec(tag)?.[1], base));
}

function urlsIn(style: string, base: string): readonly string[] {
  return [...style.matchAll(/url\(["']?([^"')]+)["']?\)/g)].flatMap(([, url]) => own(url, base));
}

/** Below the folders of assets, on this site. */
function own(reference: string | undefined, base: string): readonly string[] {
  // CKAN's own style sheet names a picture by a variable that nobody filled in.
  if (reference === undefined || /^data:|\$\{/.test(reference)) return [];
  const { origin, pathname, search } = new URL(reference, `http://site.invalid${base}`);
  const inside = /^\/(?:webassets|base|[\w-]+\/(?:css|js|img|images|vendor|fonts))\//.test(pathname);
  return origin === "http://site.invalid" && inside ? [`${pathname}${search}`] : [];
}
