/**
 * What giving a core its contents and its name calls.
 *
 * @module
 */
import type { HiddenFile } from "../../../ffi/hidden_file.ts";
import {
  isAtMost,
  isOneOf,
  type KeptDescriptor,
  type Needs,
  onDescriptors,
  type Permit,
} from "../../contract/policy.ts";

/** What finishing, or removing, a core file calls. */
export function coreFileNeeds(
  { descriptor, directory, hiddenIn, hasName }: HiddenFile,
): Needs {
  const file = { descriptor, name: "core file" };
  const target = { descriptor: directory, name: "directory for cores" };
  const kept: KeptDescriptor[] = [file, target];
  const from = hiddenIn === directory
    ? target
    : { descriptor: hiddenIn, name: "/proc/self/fd" };
  if (from !== target) kept.push(from);
  const onFile = [onDescriptors([file])];
  const naming: Permit[] = [];
  if (!hasName) {
    naming.push({
      call: "linkat",
      rules: [onDescriptors([from]), descriptorAt(2, "newdirfd", target)],
      reason: "the core gets its name",
    });
  }
  if (!hasName && from === target) {
    naming.push({
      call: "renameat2",
      rules: [
        onDescriptors([target]),
        descriptorAt(2, "newdirfd", target),
        isOneOf(4, "flags", { value: 1, name: "RENAME_NOREPLACE" }),
      ],
      reason: "the core gets its name, where there are no links",
    });
  }
  // A file without a name needs no removal.
  if (hasName || from === target) {
    naming.push({
      call: "unlinkat",
      rules: [onDescriptors([target]), isOneOf(2, "flags", 0)],
      reason: "a core that was not needed, or the hidden name of one, goes",
    });
  }
  return {
    descriptors: kept,
    directories: [directory],
    permits: [
      { call: "ftruncate", rules: onFile, reason: "the core gets its length" },
      { call: "pwrite64", rules: onFile, reason: "its headers" },
      {
        call: "pwritev",
        rules: [...onFile, isAtMost(2, "iovcnt", 1)],
        reason: "guest memory",
      },
      { call: "fsync", rules: onFile, reason: "the core is on the disk" },
      { call: "close", rules: [onDescriptors(kept)], reason: "the core is done" },
      ...naming,
    ],
  };
}

function descriptorAt(
  index: 2,
  name: string,
  { descriptor, name: what }: KeptDescriptor,
) {
  return isOneOf(index, name, { value: descriptor, name: what });
}
