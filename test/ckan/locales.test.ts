import { expect, test } from "vitest";
import { locales, unknownLocales } from "../../ckan/locales.ts";
import { siteSettings } from "../../components/site/settings.ts";
import { apiPaths } from "../../components/web/paths.ts";

test("a site may have every language of CKAN's, those with a script in their name too", () => {
  const accepted = locales.filter((locale) => siteSettings.safeParse({ locale }).success);
  expect(accepted).toEqual(locales);
  expect(accepted).toEqual(expect.arrayContaining(["en", "pt_BR", "sr_Latn", "zh_Hans_CN", "zh_Hant_TW"]));
  expect(new Set(locales).size).toBe(57);
});

test.each(["de_DE", "en_US", "xx", "zh_CN", "zh_Hans", "EN", "sr_latn", "", "en de", 5])(
  "a site may not have %j, and its operator is told which there are",
  (locale) => {
    const { error } = siteSettings.safeParse({ locale });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      `expected a locale that CKAN has: ${locales.join(", ")}`,
    ]);
  },
);

test("the API is known by its path in every language", () => {
  const api = new RegExp(apiPaths);
  expect(locales.filter((locale) => !api.test(`/${locale}/api/3/action/status_show`))).toEqual([]);
});

test("a list has spaces of any kind between its languages", () => {
  expect(unknownLocales(" en\tde  zh_Hans_CN ")).toEqual([]);
  expect(unknownLocales("en, de_DE fr")).toEqual(["en,", "de_DE"]);
});
