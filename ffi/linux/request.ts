/**
 * An ioctl request.
 *
 * @module
 */

/** An ioctl request: its name in the kernel's header, and its number. */
export interface Request {
  /** The kernel's name. */
  readonly name: string;
  /** The request number. */
  readonly number: number;
}

/** Makes a request. */
export function request(name: string, number: number): Request {
  return { name, number };
}
