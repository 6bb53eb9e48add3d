import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SystemCallError } from "../../../../ffi/errno.ts";
import { closeFile, openFile } from "../../../../ffi/files.ts";
import { AccessMode, OpenFlag } from "../../../../ffi/linux/fcntl.ts";
import { type OpenFile, openFileOf } from "../../../../ffi/passed.ts";
import { OperatorError } from "../../../../src/errors.ts";
import { adoptFile, unfitness } from "../../../../src/modules/block/adopt.ts";
import { openInheritably } from "../../../support/descriptors.ts";

const { RDONLY, WRONLY, RDWR } = AccessMode;
const { APPEND, CLOEXEC } = OpenFlag;
const FLAG = "--block:disk=@N";

/** Does something with a file that was opened so. */
async function withOpen(flags: number, action: (descriptor: number) => void) {
  const path = await Deno.makeTempFile();
  const descriptor = openInheritably(path, flags);
  try {
    action(descriptor);
  } finally {
    closeFile(descriptor);
    await Deno.remove(path);
  }
}

const TAKEN: readonly (readonly [string, number, boolean])[] = [
  ["open for both", RDWR, false],
  ["open for both and bound with ,ro", RDWR, true],
  ["open for reading and bound with ,ro", RDONLY, true],
  ["open for appending and bound with ,ro", RDWR | APPEND, true],
];

for (const [name, flags, readOnly] of TAKEN) {
  Deno.test(`adoptFile() keeps a file to this process when it is ${name}`, () =>
    withOpen(flags, (descriptor) => {
      assertEquals(openFileOf(descriptor).own, false);
      adoptFile(descriptor, readOnly, FLAG);
      assertEquals(openFileOf(descriptor).own, true);
    }));
}

/** An open file that suits any disk. */
const FIT: OpenFile = {
  own: false,
  reads: true,
  writes: true,
  appends: false,
  direct: false,
};

const UNFIT: readonly (readonly [string, Partial<OpenFile>, boolean, string])[] = [
  ["open for reading only", { writes: false }, false, "bind it with ,ro, or open it"],
  ["open for writing only", { reads: false }, false, "open it for reading as well"],
  ["open for writing only, to be read", { reads: false }, true, "open it for reading"],
  ["open for appending", { appends: true }, false, "open it without O_APPEND"],
  ["open for direct I/O", { direct: true }, false, "open it without O_DIRECT"],
  ["open for direct I/O, to be read", { direct: true }, true, "open it without O_DIRECT"],
  ["the process's own", { own: true }, false, "pass an open descriptor"],
  ["the process's own, to be read", { own: true }, true, "pass an open descriptor"],
];

for (const [name, difference, readOnly, words] of UNFIT) {
  Deno.test(`unfitness() says what to do when a file is ${name}`, () => {
    const [, remedy] = unfitness({ ...FIT, ...difference }, readOnly) ?? [];
    assertStringIncludes(remedy ?? "nothing", words);
  });
}

const OPENED: readonly (readonly [string, number, Partial<OpenFile>])[] = [
  ["reading", RDONLY, { writes: false }],
  ["writing", WRONLY, { reads: false }],
  ["both", RDWR, {}],
  ["appending", RDWR | APPEND, { appends: true }],
  ["this process only", RDWR | CLOEXEC, { own: true }],
];

for (const [name, flags, difference] of OPENED) {
  Deno.test(`openFileOf() tells how a file was opened when that is for ${name}`, () =>
    withOpen(flags, (descriptor) => {
      assertEquals(openFileOf(descriptor), { ...FIT, ...difference });
    }));
}

Deno.test("adoptFile() refuses a file when it was not passed", () =>
  withOpen(RDWR | CLOEXEC, (descriptor) => {
    assertThrows(
      () => adoptFile(descriptor, true, FLAG),
      OperatorError,
      `${FLAG}: this descriptor was not passed`,
    );
  }));

Deno.test("adoptFile() says that nothing is open when a number is nobody's", () => {
  const descriptor = openFile("/dev/null", "read");
  closeFile(descriptor);
  assertThrows(
    () => adoptFile(descriptor, true, FLAG),
    SystemCallError,
    `descriptor ${descriptor}: F_GETFL: EBADF`,
  );
});
