import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../components/exposure/address.ts";

test.each([
  ["203.0.113.7", "A", "203.0.113.7"],
  ["2001:DB8::7", "AAAA", "2001:db8::7"],
  ["[2001:db8::7]", "AAAA", "2001:db8::7"],
  ["lb-7.eu-west-1.elb.amazonaws.com", "CNAME", "lb-7.eu-west-1.elb.amazonaws.com"],
  ["Router.Apps.Example.ORG.", "CNAME", "router.apps.example.org"],
  ["1.2.3.4.example.org", "CNAME", "1.2.3.4.example.org"],
])("%s is for a record of type %s", (text, type, value) => {
  expect(parseAddress(text)).toEqual({ type, value });
});

describe("is no address:", () => {
  test.each([
    "",
    "203.0.113",
    "203.0.113.256",
    "203.0.113.7:443",
    "https://lb.example.org",
    "localhost",
    "a b.example.org",
  ])("%j", (text) => {
    expect(() => parseAddress(text)).toThrow(
      `expected an IPv4 address, an IPv6 address or a host name, got ${JSON.stringify(text)}`,
    );
  });
});
