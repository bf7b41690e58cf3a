/** Rules that nginx puts on CKAN's own settings. */

import type { Mistake } from "../../config/mistakes.ts";
import type { StackSettings } from "../site/settings.ts";
import { rewrittenHeaders } from "./upstream.conf.ts";

type KeyOf = (key: string) => string;

/** nginx drops headers with other characters (underscores_in_headers, ignore_invalid_headers), so no token would arrive. */
export function tokenMistakes({ ckan }: StackSettings, at: KeyOf): readonly Mistake[] {
  const setting = "apitoken_header_name";
  if (ckan.secretSettings[setting] !== undefined) {
    const expected = "expected it below ckan.settings: nginx has to know the header, and its name is no secret";
    return [{ key: at(`ckan.secretSettings.${setting}`), expected }];
  }
  const name = ckan.settings[setting];
  const key = at(`ckan.settings.${setting}`);
  if (name === undefined) return [];
  if (!/^[A-Za-z0-9-]{1,64}$/.test(String(name))) {
    const expected =
      "expected a header such as X-Site-Token, of at most 64 letters, digits and hyphens: nginx drops others, and no token would arrive";
    return [{ key, expected, found: name }];
  }
  if (!rewrittenHeaders.includes(String(name).toLowerCase())) return [];
  const expected =
    "expected a header of its own such as X-Site-Token: nginx writes this one itself, and no token would arrive";
  return [{ key, expected, found: name }];
}
