/**
 * Hypercalls on x86_64: a 32-bit `out` to port 0x500 + number, with the gpa of
 * the argument block as its data.
 *
 * @module
 */

/** The port of number 0, which is no hypercall. */
export const HYPERCALL_PORT = 0x500;
