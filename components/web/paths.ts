/** Paths that are treated in a way of their own, as regular expressions of nginx. CKAN serves each with a language in front, too. */
const language = "(/[a-z]{2,3}(_\\w+)?)?";

/** Tables as files. */
export const dumpPaths = `^${language}/datastore/dump/`;

export const apiPaths = `^${language}/api(/|$)`;

/** What strangers share: what programs and people ask for most. As in strangers.py. */
export const sharedSearches = "^/api/3/action/(package|datastore)_search$";
export const sharedPages = `^${language}/(dataset(/[^/]*)?)?$`;
