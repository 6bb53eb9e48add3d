import { assertEquals, assertThrows } from "@std/assert";
import { Errno } from "../../../../ffi/errno.ts";
import { closeFile, fileSizeBytes, openFile } from "../../../../ffi/files.ts";
import type { SyncMode } from "../../../../src/contract/module.ts";
import { OperatorError } from "../../../../src/errors.ts";
import { DiskCondition } from "../../../../src/modules/block/condition.ts";

/** Does something with what can be wrong with a disk of 4096 bytes. */
async function withCondition(
  action: (condition: DiskCondition, path: string, file: number) => void,
  sync: SyncMode = "none",
) {
  const path = await Deno.makeTempFile();
  await Deno.truncate(path, 4096);
  const file = openFile(path, "read-write");
  const capacityBytes = fileSizeBytes(file, path);
  try {
    const condition = new DiskCondition({
      file,
      path,
      capacityBytes,
      readOnly: false,
      sync,
    });
    action(condition, path, file);
  } finally {
    closeFile(file);
    await Deno.remove(path);
  }
}

const REMEDIES: readonly (readonly [keyof typeof Errno, string])[] = [
  ["ENOSPC", "make room, and start again"],
  ["EDQUOT", "make room, and start again"],
  ["EIO", "look at the disk, and start again"],
  ["EFBIG", "look at the disk, and start again"],
];

for (const [name, remedy] of REMEDIES) {
  Deno.test(`DiskCondition.broken() says what to do when the error is ${name}`, () =>
    withCondition((condition, path) => {
      const { message } = condition.broken("a write failed", Errno[name]);
      assertEquals(message, `${path}: a write failed; ${remedy}`);
    }));
}

for (const sync of ["none", "end"] as const) {
  Deno.test(`DiskCondition finds nothing when all is well and sync is ${sync}`, () =>
    withCondition((condition) => {
      condition.check();
      condition.end();
    }, sync));

  Deno.test(`DiskCondition.end() says that a disk is shorter when sync is ${sync}`, () =>
    withCondition((condition, path) => {
      Deno.truncateSync(path, 512);
      assertThrows(() => condition.end(), OperatorError, "shorter than 4096 bytes");
      condition.end();
    }, sync));

  Deno.test(`DiskCondition.end() keeps quiet when a write failed and sync is ${sync}`, () =>
    withCondition((condition, path) => {
      condition.broken("a write failed", Errno.EIO);
      Deno.truncateSync(path, 512);
      condition.check();
      condition.end();
    }, sync));
}
