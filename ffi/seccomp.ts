/**
 * Installing a system call filter (man 2 seccomp).
 *
 * @module
 */
import { Errno, lastErrno, SystemCallError } from "./errno.ts";
import {
  SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_SET_MODE_FILTER,
  SockFilter,
  SockFprog,
} from "./linux/seccomp.ts";
import { addressOf, trySystemCall } from "./system_call.ts";

/** A filter that is ready to be installed. */
export class SystemCallFilter {
  /** Referenced from `#program` by address only. */
  readonly #instructions: Uint8Array<ArrayBuffer>;
  readonly #program = new Uint8Array(SockFprog.size);
  readonly #address: bigint;

  /** @param instructions `struct sock_filter` each */
  constructor(instructions: Uint8Array<ArrayBuffer>) {
    this.#instructions = instructions;
    const view = new DataView(this.#program.buffer);
    view.setUint16(SockFprog.length, instructions.length / SockFilter.size, true);
    view.setBigUint64(SockFprog.filter, addressOf(instructions), true);
    this.#address = addressOf(this.#program);
  }

  /**
   * Puts every thread of the process under the filter, for good. Needs
   * no_new_privs, and makes it every thread's.
   *
   * @throws {SystemCallError} when the kernel refuses
   */
  install(): void {
    const result = trySystemCall(
      "seccomp",
      SECCOMP_SET_MODE_FILTER,
      SECCOMP_FILTER_FLAG_TSYNC,
      this.#address,
    );
    if (result === 0) return;
    // More than 0: a thread has filters of its own, so that it could not follow.
    const errno = result < 0 ? lastErrno() : Errno.EBUSY;
    throw new SystemCallError("seccomp", `${this.#instructions.length} bytes`, errno);
  }
}

/**
 * The errno with which this kernel, or a filter that is there already, keeps this
 * process from having one; 0 where nothing does. Changes nothing.
 */
export function filterRefusal(): number {
  trySystemCall("seccomp", SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, 0);
  const errno = lastErrno();
  // It looked for a filter, at no address (man 2 seccomp).
  return errno === Errno.EFAULT ? 0 : errno;
}
