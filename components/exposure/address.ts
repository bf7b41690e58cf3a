/** Addresses from a cluster or cloud, in the form that DNS records need. */
import { isIPv4, isIPv6 } from "node:net";

/** Target of a DNS record, by the record's type. */
export interface Address {
  readonly type: "A" | "AAAA" | "CNAME";
  readonly value: string;
}

/** Parses an IPv4 address, an IPv6 address or a host name. Throws for anything else. */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) return { type: "A", value: text };
  const plain = text.replace(/^\[(.*)\]$/, "$1");
  if (isIPv6(plain)) return { type: "AAAA", value: plain.toLowerCase() };
  const name = text.replace(/\.$/, "").toLowerCase();
  if (
    /^(?=.{1,253}$)(?=.*[a-z])(?:[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)+$/.test(
      name,
    )
  ) {
    return { type: "CNAME", value: name };
  }
  throw new Error(`expected an IPv4 address, an IPv6 address or a host name, got ${JSON.stringify(text)}`);
}
