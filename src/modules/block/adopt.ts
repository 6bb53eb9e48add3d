/**
 * Taking over a disk that was passed as an open descriptor.
 *
 * @module
 */
import { keepToThisProcess, type OpenFile, openFileOf } from "../../../ffi/passed.ts";
import { OperatorError } from "../../errors.ts";

/**
 * Takes a descriptor over for a disk, where its file was opened in a way that
 * suits one.
 *
 * @param flag what binds it, for messages
 * @throws {OperatorError} when it does not suit
 * @throws {SystemCallError} EBADF where it is not open
 */
export function adoptFile(descriptor: number, readOnly: boolean, flag: string): void {
  const unfit = unfitness(openFileOf(descriptor), readOnly);
  if (unfit !== undefined) throw new OperatorError(flag, ...unfit);
  keepToThisProcess(descriptor);
}

/** Says what makes an open file unfit for a disk, and the way out, if anything. */
export function unfitness(
  file: OpenFile,
  readOnly: boolean,
): [problem: string, remedy: string] | undefined {
  // The runtime keeps its caches in files that a wrong number would hand to the guest.
  if (file.own) {
    return [
      "this descriptor was not passed, it is the program's own (close-on-exec)",
      "pass an open descriptor, or give a path",
    ];
  }
  if (!file.reads) {
    return ["it is open for writing only", "open it for reading as well"];
  }
  if (!readOnly && !file.writes) {
    return [
      "it is open for reading only",
      "bind it with ,ro, or open it for writing too",
    ];
  }
  if (!readOnly && file.appends) {
    return [
      "it is open for appending, so that every write goes to its end",
      "open it without O_APPEND",
    ];
  }
  if (file.direct) {
    return [
      "it is open for direct I/O, which a guest's buffers do not suit",
      "open it without O_DIRECT",
    ];
  }
  return undefined;
}
