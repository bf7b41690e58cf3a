/**
 * Languages of CKAN's interface: the folders of `ckan/i18n` in the package ckan 2.11.6 on PyPI (2.11.5 has the same), and English,
 * which is in the source. CKAN does not start with an unknown default, and silently hides other unknown ones.
 */
export const locales = [
  "am",
  "ar",
  "bg",
  "bs",
  "ca",
  "cs_CZ",
  "da_DK",
  "de",
  "el",
  "en",
  "en_AU",
  "en_GB",
  "es",
  "es_AR",
  "eu",
  "fa_IR",
  "fi",
  "fr",
  "gl",
  "gl_ES",
  "he",
  "hr",
  "hu",
  "id",
  "is",
  "it",
  "ja",
  "km",
  "ko_KR",
  "lt",
  "lv",
  "mk",
  "mn_MN",
  "my_MM",
  "nb_NO",
  "ne",
  "nl",
  "no",
  "pl",
  "pt_BR",
  "pt_PT",
  "ro",
  "ru",
  "sk",
  "sl",
  "sq",
  "sr",
  "sr_Latn",
  "sv",
  "th",
  "tl",
  "tr",
  "uk",
  "uk_UA",
  "vi",
  "zh_Hans_CN",
  "zh_Hant_TW",
] as const;

/** Settings that list locales, separated by spaces. */
export const localeLists = ["ckan.locales_offered", "ckan.locales_filtered_out", "ckan.locale_order"] as const;

/** The locales in a list that CKAN does not have. */
export function unknownLocales(list: string): readonly string[] {
  const known: readonly string[] = locales;
  return list.split(/\s+/).filter((locale) => locale !== "" && !known.includes(locale));
}
