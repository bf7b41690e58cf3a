/** The names of all rules: what an exception in a stack file names, and what configuration of the pack is kept under. */
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
