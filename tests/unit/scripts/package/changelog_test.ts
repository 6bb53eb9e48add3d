/** `CHANGELOG.md` as a Debian changelog. @module */
import { assert, assertEquals } from "@std/assert";
import { debianChangelog } from "../../../../scripts/package/changelog.ts";

const FACTS = {
  package: "solo5-deno",
  version: "0.2.0",
  revision: 3,
  maintainer: "A B <a@example.org>",
  time: 1_700_000_000,
};

const UNRELEASED = `# Changelog

Words.

## [Unreleased]

A paragraph.

### Added

- One
  item.
- Another, ${"long ".repeat(20)}end.

### Known limits

- None.
`;

const RELEASED = `
## [0.1.0] - 2023-01-02

- The first.
`;

const LONG = `  * Another, ${"long ".repeat(12)}long`;

const TOP = `solo5-deno (0.2.0-3) unstable; urgency=medium

  * A paragraph.

  [ Added ]
  * One item.
${LONG}
    ${"long ".repeat(7)}end.

  [ Known limits ]
  * None.

 -- A B <a@example.org>  Tue, 14 Nov 2023 22:13:20 +0000
`;

Deno.test("what is unreleased is the packaged version's when that has no section", () => {
  assertEquals(debianChangelog(UNRELEASED, FACTS), TOP);
});

Deno.test("earlier releases follow with their own dates when there are some", () => {
  assertEquals(
    debianChangelog(UNRELEASED + RELEASED, FACTS),
    `${TOP}
solo5-deno (0.1.0-1) unstable; urgency=medium

  * The first.

 -- A B <a@example.org>  Mon, 02 Jan 2023 00:00:00 +0000
`,
  );
});

Deno.test("what is unreleased is left out when the packaged version has a section", () => {
  const text = debianChangelog(UNRELEASED + RELEASED, { ...FACTS, version: "0.1.0" });
  assertEquals(
    text,
    `solo5-deno (0.1.0-3) unstable; urgency=medium

  * The first.

 -- A B <a@example.org>  Tue, 14 Nov 2023 22:13:20 +0000
`,
  );
});

Deno.test("a changelog says that nothing changed when there is no section", () => {
  assert(debianChangelog("# Changelog\n", FACTS).includes("\n  * No changes.\n"));
});

Deno.test("no line is longer than 80 characters when it is the project's changelog", async () => {
  const path = new URL("../../../../CHANGELOG.md", import.meta.url);
  const lines = debianChangelog(await Deno.readTextFile(path), FACTS).split("\n");
  assert(lines.length > 50);
  assertEquals(lines.filter((line) => line.length > 80), []);
});
