import { expect, test } from "vitest";
import { stackConfiguration, standInSecret } from "../../render/stack-file.ts";

test("values reach the program as Pulumi's CLI hands them over: objects as JSON, scalars as text", () => {
  const file = {
    "ckan:cluster": { platform: "local" },
    "ckan:list": [1, "a"],
    "ckan:protection": "retained",
    "ckan:number": 5,
    "ckan:rootSecret": "plain",
    "ckan:password": { secure: "v1:encrypted" },
  };
  expect(stackConfiguration(file)).toEqual({
    values: {
      "ckan:cluster": '{"platform":"local"}',
      "ckan:list": '[1,"a"]',
      "ckan:protection": "retained",
      "ckan:number": "5",
      "ckan:rootSecret": "plain",
      "ckan:password": standInSecret,
    },
    secretKeys: ["ckan:rootSecret", "ckan:password"],
  });
});
