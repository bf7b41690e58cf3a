/** Rules between CKAN's settings and those of other parts: certificates, Redis, caches, DataPusher. */
import { localeLists, locales, unknownLocales } from "../../ckan/locales.ts";
import { reservedSettings } from "../../ckan/settings.ts";
import { dataPusherDisk } from "../../ckan/uploads.ts";
import type { Mistake } from "../../config/mistakes.ts";
import { quantityValue } from "../../config/values.ts";
import type { StackSettings } from "./settings.ts";

type KeyOf = (key: string) => string;

export function settingsMistakes(instance: StackSettings, at: KeyOf): readonly Mistake[] {
  return [
    ...iniMistakes(instance, at),
    ...localeMistakes(instance, at),
    ...certificateMistakes(instance, at),
    ...serverMistakes(instance, at),
    ...cacheMistakes(instance, at),
    ...dataPusherMistakes(instance, at),
  ];
}

/** Each setting comes from one place: the program, `ckan.settings` or `ckan.secretSettings`. */
function iniMistakes({ ckan }: StackSettings, at: KeyOf): readonly Mistake[] {
  const plain = Object.keys(ckan.settings);
  const secret = Object.keys(ckan.secretSettings);
  const own = "expected nothing here: the program sets this setting itself";
  return [
    ...reservedSettings(plain).map((setting) => ({ key: at(`ckan.settings.${setting}`), expected: own })),
    ...reservedSettings(secret).map((setting) => ({ key: at(`ckan.secretSettings.${setting}`), expected: own })),
    ...plain
      .filter((setting) => secret.includes(setting))
      .map((setting) => ({
        key: at(`ckan.settings.${setting}`),
        expected: "expected nothing here: ckan.secretSettings has this setting",
      })),
  ];
}

/** An image with its own translations (ckan.i18n_directory) may have other languages than CKAN. */
function localeMistakes({ ckan: { settings } }: StackSettings, at: KeyOf): readonly Mistake[] {
  if ("ckan.i18n_directory" in settings) return [];
  return localeLists.flatMap((setting) =>
    unknownLocales(String(settings[setting] ?? "")).map((found) => ({
      key: at(`ckan.settings.${setting}`),
      expected: `expected locales that CKAN has, with spaces between: ${locales.join(", ")}`,
      found,
    })),
  );
}

/** libpq verifies no certificate without a CA bundle of its own. */
function certificateMistakes({ database, caBundle }: StackSettings, at: KeyOf): readonly Mistake[] {
  if (database.kind !== "external" || database.sslMode !== "verify-full" || caBundle !== undefined) return [];
  return [
    {
      key: at("caBundle"),
      expected: "expected the authority of the database's certificate: database.sslMode is verify-full",
    },
  ];
}

/** Rules for an external Redis with `tls: verify-ca`. */
function serverMistakes({ queue, workers, caBundle }: StackSettings, at: KeyOf): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  if (queue.kind !== "external" || queue.tls !== "verify-ca") return mistakes;
  if (caBundle === undefined) {
    const expected =
      "expected the authority of the queue's certificate: by queue.tls verify-ca nothing else is known of it";
    mistakes.push({ key: at("caBundle"), expected });
  }
  if (Object.values(workers).some(({ scaling }) => scaling?.kind === "keda")) {
    const expected =
      "expected verify-full: KEDA, by which workers scale, checks the name in a certificate or nothing at all";
    mistakes.push({ key: at("queue.tls"), expected, found: queue.tls });
  }
  return mistakes;
}

/** The plugin and the service need each other, and the service needs room for a download. */
function dataPusherMistakes({ ckan, datapusher }: StackSettings, at: KeyOf): readonly Mistake[] {
  if (ckan.plugins.includes("datapusher") !== (datapusher !== undefined)) {
    const expected =
      datapusher === undefined
        ? "expected the image of the service: ckan.plugins has datapusher"
        : "expected nothing here: ckan.plugins has no datapusher";
    return [{ key: at("datapusher"), expected }];
  }
  if (datapusher === undefined) return [];
  const bytes = dataPusherDisk(ckan.maximumUploadMegabytes);
  const limit = datapusher.resources.limits["ephemeral-storage"];
  if (quantityValue(limit) >= bytes) return [];
  return [
    {
      key: at("datapusher.resources.limits.ephemeral-storage"),
      expected: `expected at least ${bytes / 2 ** 20}Mi: room for a download of at most ckan.maximumUploadMegabytes (${ckan.maximumUploadMegabytes})`,
      found: limit,
    },
  ];
}

/** A cache in front may keep only what the pods cache: pages that are the same for all anonymous visitors. */
function cacheMistakes({ web }: StackSettings, at: KeyOf): readonly Mistake[] {
  if (web.edgeCacheSeconds === 0 || web.cacheSeconds > 0) return [];
  const expected =
    "expected 0 with web.cacheSeconds: 0: only pages that visitors share may be kept in front of the site";
  return [{ key: at("web.edgeCacheSeconds"), expected, found: web.edgeCacheSeconds }];
}
