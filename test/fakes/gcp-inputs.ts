/** What Google's provider refuses by itself, before it asks Google for anything: seen with 9.35, whose schema has these. */
import type { Failure } from "./inputs.ts";

/** What Pulumi sends for a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A rule over one value; `*` in its path is every element of a list. */
interface Rule {
  readonly path: string;
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

const oneOf = (path: string, values: readonly string[]): Rule => ({
  path,
  fits: (value) => values.includes(String(value)),
  expected: `to be one of ${JSON.stringify(values)}`,
});
const between = (path: string, least: number, most: number): Rule => ({
  path,
  fits: (value) => Number(value) >= least && Number(value) <= most,
  expected: `to be in the range (${least} - ${most})`,
});
const like = (path: string, pattern: RegExp): Rule => ({
  path,
  fits: (value) => pattern.test(String(value)),
  expected: `to match regexp ${pattern}`,
});

/** A kind before the name, or everybody, or a federated principal. */
const member = like(
  "member",
  /^(?:(?:user|group|serviceAccount|domain|projectOwner|projectEditor|projectViewer):.+|allUsers|allAuthenticatedUsers|principal(?:Set)?:\/\/.+)$/,
);
const members = ["gcp:storage/bucketIAMMember:BucketIAMMember", "gcp:serviceaccount/iAMMember:IAMMember"];

const rules: Readonly<Record<string, readonly Rule[]>> = {
  "gcp:sql/databaseInstance:DatabaseInstance": [
    oneOf("settings.edition", ["ENTERPRISE", "ENTERPRISE_PLUS"]),
    oneOf("settings.availabilityType", ["REGIONAL", "ZONAL"]),
    oneOf("settings.ipConfiguration.sslMode", [
      "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
      "ENCRYPTED_ONLY",
      "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
    ]),
    like("settings.ipConfiguration.privateNetwork", /^(?:https:\/\/.+\/)?projects\/[^/]+\/global\/networks\/[^/]+$/),
    between("settings.maintenanceWindow.day", 1, 7),
    between("settings.maintenanceWindow.hour", 0, 23),
    {
      path: "settings.ipConfiguration",
      fits: (value) => {
        const { ipv4Enabled, privateNetwork, pscConfigs } = value as Record<string, unknown>;
        return ipv4Enabled !== undefined || privateNetwork !== undefined || pscConfigs !== undefined;
      },
      expected: "to have one of ipv4Enabled, privateNetwork and pscConfigs",
    },
  ],
  "gcp:storage/bucket:Bucket": [oneOf("lifecycleRules.*.condition.withState", ["LIVE", "ARCHIVED", "ANY", ""])],
  "gcp:storage/hmacKey:HmacKey": [oneOf("state", ["ACTIVE", "INACTIVE"])],
  "gcp:serviceaccount/account:Account": [like("accountId", /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/)],
  "gcp:projects/iAMMember:IAMMember": [member],
  ...Object.fromEntries(members.map((type) => [type, [member]])),
};

export function gcpMistakes(type: string, inputs: unknown): readonly Failure[] {
  return (rules[type] ?? []).flatMap(({ path, fits, expected }) =>
    at(inputs, path.split("."))
      .filter((value) => value !== undefined && value !== unknown && !fits(value))
      .map((value) => ({ property: path, reason: `expected ${path} ${expected}, got ${JSON.stringify(value)}` })),
  );
}

function at(value: unknown, [key, ...rest]: readonly string[]): readonly unknown[] {
  if (key === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  if (key === "*") return Object.values(value).flatMap((item) => at(item, rest));
  return at((value as Record<string, unknown>)[key], rest);
}
