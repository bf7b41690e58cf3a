import { expect, test } from "vitest";
import { dataPusherDisk, longestRequest, webDisk, workerDisk } from "../../ckan/uploads.ts";

const mebibyte = 2 ** 20;

test("the longest request is the largest upload and a megabyte for the rest of its form", () => {
  expect(longestRequest(100)).toBe(101 * mebibyte);
});

test("CKAN writes the upload of each of its processes once, beside logs and assets", () => {
  expect([webDisk(4, 100), webDisk(8, 500)]).toEqual([660 * mebibyte, 4264 * mebibyte]);
});

test("a load takes five times its file, beside logs and assets", () => {
  expect([workerDisk(100), workerDisk(500)]).toEqual([756 * mebibyte, 2756 * mebibyte]);
});

test("DataPusher's pod has room for a download and its log of 384 MiB", () => {
  expect(dataPusherDisk(100)).toBe((100 + 384 + 256) * mebibyte);
});
