/** A page that lists the sites of an environment. */
import type { Instance } from "@ckan-environments/consumer";

export function statusPage(environment: string, sites: Readonly<Record<string, Instance>>): string {
  const rows = Object.entries(sites).map(([name, { url, ckan, internal, dashboards }]) => {
    const links = Object.entries(dashboards).map(([title, page]) => link(page, title));
    const cells = [link(url, name), `CKAN ${escaped(ckan.version)}`, escaped(internal.healthUrl), links.join(", ")];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const title = `Open data: ${escaped(environment)}`;
  const head = `<meta charset="utf-8"><title>${title}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body><h1>${title}</h1><table>
${rows.join("\n")}
</table></body></html>
`;
}

function link(url: string, text: string): string {
  return `<a href="${escaped(url)}">${escaped(text)}</a>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
