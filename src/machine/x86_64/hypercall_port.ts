/**
 * Hypercalls on x86_64: a 32-bit `out` to port 0x500 + number, with the gpa of
 * the argument block as its data.
 *
 * @module
 */

/** The port of number 0, which is no hypercall. */
export const HYPERCALL_PORT = 0x500;

/** The port of the network ring's kick: a 32-bit write, whatever its data. */
export const KICK_PORT = 0x600;
