/** Rules between the settings of the web pods, and between them and CKAN's own. */

import type { Mistake } from "../../config/mistakes.ts";
import { quantityValue } from "../../config/values.ts";
import type { Instance } from "../site/settings.ts";
import { proxyMemory, serverMemory, simultaneousFiles } from "./limits.ts";
import { rewrittenHeaders } from "./upstream.conf.ts";

type KeyOf = (key: string) => string;

export function webMistakes(instance: Instance, at: KeyOf): readonly Mistake[] {
  return [...addressMistakes(instance, at), ...memoryMistakes(instance, at), ...tokenMistakes(instance, at)];
}

/** Without somebody who may say for whom a request is, every address is the load balancer's, and none is limited. */
function addressMistakes({ web }: Instance, at: KeyOf): readonly Mistake[] {
  if (web.trustedProxies.length > 0) return [];
  return (["requestsPerSecond", "connectionsPerAddress"] as const)
    .filter((limit) => web.limits[limit] !== undefined)
    .map((limit) => ({
      key: at(`web.limits.${limit}`),
      expected:
        "expected nothing here without web.trustedProxies: every address would be the load balancer's, so that none is limited; write there whose word counts",
      found: web.limits[limit],
    }));
}

/** A container that has too little is killed again and again, with everything that it does. */
function memoryMistakes({ web }: Instance, at: KeyOf): readonly Mistake[] {
  const needs = [
    {
      part: "web",
      settings: web,
      bytes: serverMemory(web.processes),
      what: `what ${web.processes} processes (web.processes) and their parent take at rest`,
    },
    {
      part: "web.nginx",
      settings: web.nginx,
      bytes: proxyMemory,
      what: `what nginx holds for ${simultaneousFiles} files whose readers are slow`,
    },
  ];
  return needs
    .filter(({ settings, bytes }) => quantityValue(settings.resources.limits.memory) < bytes)
    .map(({ part, settings, bytes, what }) => ({
      key: at(`${part}.resources.limits.memory`),
      expected: `expected at least ${Math.ceil(bytes / 2 ** 20)}Mi: ${what}`,
      found: settings.resources.limits.memory,
    }));
}

/** nginx drops headers with other characters (underscores_in_headers, ignore_invalid_headers): no token would ever arrive. */
function tokenMistakes({ ckan }: Instance, at: KeyOf): readonly Mistake[] {
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
