/** Versions and dates of packages. @module */
import { assertEquals } from "@std/assert";
import { changelogDate, debianVersion } from "../../../../scripts/package/version.ts";

const VERSIONS: readonly (readonly [string, number, string])[] = [
  ["0.1.0", 1, "0.1.0-1"],
  ["1.20.3", 12, "1.20.3-12"],
  ["0.2.0-rc.1", 1, "0.2.0~rc.1-1"],
];

for (const [version, revision, expected] of VERSIONS) {
  Deno.test(`version ${version} is ${expected} when it is packaged`, () => {
    assertEquals(debianVersion(version, revision), expected);
  });
}

Deno.test("a date is written in UTC when it goes into a changelog", () => {
  assertEquals(changelogDate(0), "Thu, 01 Jan 1970 00:00:00 +0000");
  assertEquals(changelogDate(1_700_000_000), "Tue, 14 Nov 2023 22:13:20 +0000");
});
