/** What peers say reaches a terminal as text alone, and never with credentials. */
import { expect, test } from "vitest";
import { excerpt, plain } from "../../preflight/plain.ts";
import { missing, notKnown, table } from "../../preflight/row.ts";

const tableOf = (seen: string, remedy = "mend it", need = "it") =>
  table([{ title: "Cluster", rows: [missing(need, seen, remedy)] }]);

test.each([
  ["the escape of colours", "\u001b[31mred\u001b[0m", "[31mred [0m"],
  ["a bell", "ding\u0007dong", "ding dong"],
  ["a return, which writes over the row before it", "MISSING\rok", "MISSING ok"],
  ["a line of its own", "first\n  ok  second", "first   ok  second"],
  ["an escape of 8 bits", "a\u009b2Jb", "a 2Jb"],
  ["text from right to left", "a\u202eb", "a b"],
  ["what nobody sees", "a\u200b\u2066b", "a b"],
  ["a separator of lines", "a\u2028b\u2029c", "a b c"],
])("%s becomes one blank", (_name, given, harmless) => {
  expect(plain(given)).toBe(harmless);
});

test.each([
  ["a header", "Authorization: Bearer PLANTED-TOKEN, next", "Authorization: Bearer [masked], next"],
  ["JSON", '{"authorization":"Bearer PLANTED-TOKEN"}', '{"authorization":"Bearer [masked]"}'],
  ["a name and a password", "Basic UExBTlRFRC1UT0tFTg==", "Basic [masked]"],
  ["small letters", "bearer PLANTED-TOKEN", "bearer [masked]"],
  ["a URL", "Bearer%20PLANTED-TOKEN", "Bearer [masked]"],
  ["one torn apart by control characters", "Bearer\u0000\r\nPLANTED-TOKEN", "Bearer [masked]"],
  ["one in quotes", "Bearer 'PLANTED-TOKEN'", "Bearer [masked]'"],
  ["what a login hands over", '{"status":{"token":"PLANTED-TOKEN","x":1}}', '{"status":{"token":"[masked]","x":1}}'],
  ["a token alone", "got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.PLANTED_-TOKEN here", "got [masked] here"],
  ["each of several", "Bearer PLANTED-TOKEN Bearer PLANTED-TOKEN", "Bearer [masked] Bearer [masked]"],
])("credentials in %s are masked", (_name, given, masked) => {
  expect(plain(given)).toBe(masked);
});

test("what was seen is cut to 300 characters, never within one, and never so that a token shows", () => {
  expect(excerpt("a".repeat(300))).toBe("a".repeat(300));
  expect(excerpt("a".repeat(5000))).toBe(`${"a".repeat(299)}…`);
  expect(excerpt("😀".repeat(301))).toBe(`${"😀".repeat(299)}…`);
  expect(excerpt(`${"a".repeat(290)} Bearer PLANTED-TOKEN`)).toBe(`${"a".repeat(290)} Bearer […`);
});

test("every column of the table is harmless, whoever filled it", () => {
  const evil = "\u001b[2J\u0007\rBearer PLANTED-TOKEN";
  const text = tableOf(evil, evil, evil);
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(text).not.toContain("PLANTED-TOKEN");
});

test("a row is a line, and a remedy another, however long the words of a peer are", () => {
  const lines = tableOf("line\n".repeat(1000)).split("\n");
  expect(lines.map((line) => [line.slice(0, 14), line.length])).toEqual([
    ["Cluster", 7],
    ["  MISSING    i", 2 + 9 + 2 + 2 + 2 + 300],
    ["             -", 13 + "-> mend it".length],
    ["", 0],
  ]);
});

test("a remedy is not cut: it is a command of ours", () => {
  const command = `gcloud ${"--flag ".repeat(100)}end`;
  expect(table([{ title: "Google", rows: [notKnown("it", "seen", command)] }])).toContain(`-> ${command}\n`);
});
