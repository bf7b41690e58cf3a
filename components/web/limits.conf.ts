/** nginx's limits on simultaneous requests and on their rate. */
import { type ProxyLimits, simultaneousBodies, simultaneousDumps, simultaneousFiles } from "./limits.ts";
import { apiPaths, dumpPaths } from "./paths.ts";

interface LimitOptions {
  readonly trustedProxies: readonly string[];
  readonly limits: ProxyLimits;
}

/**
 * Zones of the limits; a request with an empty key is not counted. nginx counts a request from its first header to the last byte of
 * its answer. Bodies and files may be slow, so they have zones of their own and block no pages.
 */
export function limitZones({ trustedProxies, limits }: LimitOptions): string {
  const byAddress = `# Whoever has one address of IPv6 has the 2^64 of its network. Load balancers may write an address of IPv4 as one of IPv6.
map $remote_addr $address {
  "~^::ffff:[0-9.]+$" $binary_remote_addr;
  "~^(?<network>(?:[0-9a-f]+:){4})" $network;
  "~^(?<far_network>[0-9a-f:]*::(?:[0-9a-f]+:)*[0-9a-f]+)(?::[0-9a-f]+){4}$" $far_network;
  "~^(?<short_network>[0-9a-f:]*::)" $short_network;
  default $binary_remote_addr;
}
limit_conn_zone $address zone=addresses:10m;
limit_req_zone $address zone=rates:10m rate=${limits.requestsPerSecond}r/s;
`;
  return `map "$content_length$http_transfer_encoding" $body {
  "" "";
  0 "";
  default all;
}
# Bodies that go to the disk: 100 kB and more, or of unknown length; and whether anything says who sends them.
map "$content_length:$http_transfer_encoding" $large {
  "~^[0-9]{6,}:" yes;
  "~:." yes;
}
map "$large:$personal" $upload {
  "yes:" stranger;
  "yes:yes" known;
}
map $understood $place {
  "~${dumpPaths}" dump;
  "~${apiPaths}" api;
  "~/(download|uploads)(/|$)" file;
  "~^/(webassets|base)(/|$)" file;
  "~^/_(live|started|ready)$" "";
  default page;
}
map "$place$body" $page {
  page all;
}
map "$place$body" $api {
  api all;
}
map $place $dump {
  dump all;
}
# From the disk or the store: they cost nginx memory alone.
map "$place$body" $file {
  file all;
}
limit_conn_zone $page zone=pages:1m;
limit_conn_zone $api zone=api:1m;
limit_conn_zone $dump zone=dumps:1m;
limit_conn_zone $file zone=files:1m;
limit_conn_zone $body zone=bodies:1m;
limit_conn_zone "" zone=nobody:32k;
limit_conn_zone $upload zone=uploads:1m;
limit_conn_zone $upload zone=strangers:1m;
${trustedProxies.length === 0 ? "" : byAddress}`;
}

/** Directives for `server`, and for a location that adds a limit of its own. */
export function limitLines({ limits, trustedProxies }: LimitOptions): string {
  const byAddress = `limit_conn addresses ${limits.connectionsPerAddress};
limit_req zone=rates burst=${10 * limits.requestsPerSecond} nodelay;
limit_req_status 429;
`;
  return `limit_conn pages ${limits.requests};
limit_conn api ${limits.apiRequests};
limit_conn dumps ${simultaneousDumps};
limit_conn files ${simultaneousFiles};
limit_conn bodies ${simultaneousBodies};
${trustedProxies.length === 0 ? "" : byAddress}`;
}
