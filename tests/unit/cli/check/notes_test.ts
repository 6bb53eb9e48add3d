import { assert, assertEquals, assertRejects } from "@std/assert";
import { Errno, SystemCallError } from "../../../../ffi/errno.ts";
import { Notes } from "../../../../src/cli/check/notes.ts";
import { ImageError, OperatorError } from "../../../../src/errors.ts";

const DEFECT = {
  file: "a: b.elf",
  structure: "ELF header",
  found: "this; that",
  expected: "another",
};

/** What a start ends with, and the finding. */
const ERRORS: readonly (readonly [
  string,
  Error,
  readonly [thing: string, says: string, remedy: string],
])[] = [
  [
    "an operator's mistake",
    new OperatorError("T: x", "is wrong; very", "mend it; or not"),
    ["T: x", "is wrong; very", "mend it; or not"],
  ],
  [
    "a bad image",
    new ImageError(DEFECT),
    [
      "a: b.elf",
      "ELF header: found this; that, expected another",
      "give a unikernel built for Solo5's hvt target on x86_64",
    ],
  ],
  [
    "a failed call",
    new SystemCallError("open", "thing", Errno.EPERM),
    ["thing", "open: EPERM (operation not permitted)", "look at the host"],
  ],
];

for (const [what, error, [thing, says, remedy]] of ERRORS) {
  Deno.test(`attempt() takes it down, with its sentence, when there is ${what}`, async () => {
    const notes = new Notes();
    assertEquals(await notes.attempt(() => Promise.reject(error)), undefined);
    assertEquals(
      notes.findings,
      [{ verdict: "error", thing, says, remedy }],
    );
    assert(notes.failed);
  });
}

Deno.test("attempt() returns the result when nothing is wrong", async () => {
  const notes = new Notes();
  assertEquals(await notes.attempt(() => 7), 7);
  assertEquals([notes.findings, notes.failed], [[], false]);
});

Deno.test("attempt() throws when the mistake is this program's", async () => {
  const notes = new Notes();
  await assertRejects(
    () => notes.attempt(() => Promise.reject(new TypeError("x"))),
    TypeError,
  );
  assertEquals(notes.findings, []);
});

Deno.test("warn() takes a sentence apart, once, when it is said twice", () => {
  const notes = new Notes();
  for (let time = 0; time < 2; time++) notes.warn("--mem=3: in steps; the guest gets 2");
  assertEquals(notes.findings, [
    {
      verdict: "warning",
      thing: "--mem=3",
      says: "in steps",
      remedy: "the guest gets 2",
    },
  ]);
  assert(!notes.failed);
});

Deno.test("warn() has a way out when the sentence has none", () => {
  const notes = new Notes();
  notes.warn("tap0: frames are dropped");
  assertEquals(notes.findings[0]?.remedy, "look at the host");
});
