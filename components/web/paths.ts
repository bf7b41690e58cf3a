/** Paths with rules of their own, as nginx regular expressions. CKAN also serves each with a language in front. */
const language = "(/[a-z]{2,3}(_\\w+)?)?";

/** Dumps of tables. */
export const dumpPaths = `^${language}/datastore/dump/`;

export const apiPaths = `^${language}/api(/|$)`;

/** The most requested paths, whose answers anonymous visitors share. They must match strangers.py. */
export const sharedSearches = "^/api/3/action/(package|datastore)_search$";
export const sharedPages = `^${language}/(dataset(/[^/]*)?)?$`;
