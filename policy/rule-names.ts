/** Names of all rules, used by exceptions in stack files and as keys of the pack's configuration. */
export const RuleName = {
  StateProtected: "state-protected",
  NamespaceProtected: "namespace-protected",
  RestrictedPods: "restricted-pods",
  ReadOnlyRoot: "read-only-root",
  ServiceAccountToken: "service-account-token",
  ImagePinned: "image-pinned",
  ImageDigest: "image-digest",
  PlainSecrets: "plain-secrets",
  SecretValues: "secret-values",
  BucketsPrivate: "buckets-private",
  PrimitiveRoles: "primitive-roles",
  DefaultDeny: "default-deny",
  DnsNames: "dns-names",
  RequestsAndLimits: "requests-and-limits",
  Probes: "probes",
  Labels: "labels",
} as const;
export type RuleName = (typeof RuleName)[keyof typeof RuleName];
