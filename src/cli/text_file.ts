/**
 * Small files of text that the operator names.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { OperatorError } from "../errors.ts";

/** More than any of them needs. */
const MOST_BYTES = 1 << 20;

/**
 * Reads a file of UTF-8 text to its end.
 *
 * @param name what messages call it
 * @param kind what it is to be, for messages: `manifest`
 * @param read reads so many bytes of it at most
 * @throws {OperatorError} when it cannot be read, is too long or is not UTF-8
 */
export function readText(
  name: string,
  kind: string,
  read: (mostBytes: number) => Uint8Array<ArrayBuffer>,
): string {
  const remedy = `give the path of a ${kind} in JSON that can be read`;
  const bytes = described(name, remedy, () => read(MOST_BYTES + 1));
  if (bytes.length > MOST_BYTES) {
    const problem = `has more than ${MOST_BYTES} bytes, which no ${kind} needs`;
    throw new OperatorError(name, problem, remedy);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new OperatorError(name, "is not UTF-8", "write it in UTF-8");
  }
}

/**
 * Has a failure of the system say which file it is about, and the way out.
 *
 * @throws {OperatorError} in the place of a SystemCallError
 */
export function described<T>(name: string, remedy: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new OperatorError(name === "" ? '""' : name, error.problem, remedy, error);
  }
}
