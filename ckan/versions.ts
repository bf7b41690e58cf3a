/**
 * CKAN versions that this program knows how to run: their settings, migrations and plugins were tried.
 * 2.12 moves files into core storages and RQ to 2.x, which other parts of this program must learn first.
 */
export const supportedVersions = ["2.11.5", "2.11.6"] as const;
