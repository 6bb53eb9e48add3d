/**
 * What serving disks calls. Pure.
 *
 * @module
 */
import {
  isAtMost,
  isOneOf,
  type KeptDescriptor,
  type Needs,
  onDescriptors,
  type Permit,
} from "../../contract/policy.ts";
import type { BlockDevice } from "./attach.ts";

/** `sys/uio.h`, `RWF_DSYNC`. */
const DSYNC = { value: 2, name: "RWF_DSYNC" };

/** What disks, all of this guest's, call while it runs and when it has ended. */
export function diskNeeds(disks: readonly BlockDevice[]): Needs {
  const writable = disks.filter(({ readOnly }) => !readOnly);
  const one = isAtMost(2, "iovcnt", 1);
  const permits: Permit[] = [];
  const allow = (
    call: Permit["call"],
    some: readonly BlockDevice[],
    rules: Permit["rules"],
    reason: string,
  ) => {
    if (some.length === 0) return;
    permits.push({ call, rules: [onDescriptors(some.map(kept)), ...rules], reason });
  };
  allow("preadv", disks, [one], "BLOCK_READ");
  allow(
    "pwritev",
    writable.filter(({ writeThrough }) => !writeThrough),
    [one],
    "BLOCK_WRITE",
  );
  allow(
    "pwritev2",
    writable.filter(({ writeThrough }) => writeThrough),
    [one, isOneOf(5, "flags", DSYNC)],
    "BLOCK_WRITE with sync=write",
  );
  allow(
    "lseek",
    disks,
    [isOneOf(2, "whence", { value: 2, name: "SEEK_END" })],
    "whether a disk has become shorter",
  );
  allow(
    "sync_file_range",
    writable,
    [isOneOf(3, "flags", { value: 1, name: "WAIT_BEFORE" })],
    "whether something written was lost",
  );
  allow(
    "fdatasync",
    writable.filter(({ syncedAtEnd }) => syncedAtEnd),
    [],
    "sync=end",
  );
  return {
    descriptors: disks.map(kept),
    permits,
    fileBytes: Math.max(0, ...writable.map(({ capacityBytes }) => capacityBytes)),
  };
}

function kept({ file, path }: BlockDevice): KeptDescriptor {
  return { descriptor: file, name: path };
}
