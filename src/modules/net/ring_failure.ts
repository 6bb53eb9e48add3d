/**
 * What ends the service of a ring, as an error and as bytes: threads share no
 * objects.
 *
 * @module
 */
import { GuestFault, OperatorError } from "../../errors.ts";

/** The most that {@link encodeFailure} makes, in bytes. */
export const MOST_FAILURE_BYTES = 10_000;

/** Texts longer than this are cut, so that no failure is too long. */
const MOST_LETTERS = 500;

/** Says of a guest's misdeed that it was in the ring. */
export function failureOfRing(error: unknown): Error {
  if (error instanceof GuestFault) {
    return new GuestFault(`network ring: ${error.message}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Writes an error as bytes: its class, and what it is made of. */
export function encodeFailure(error: Error): Uint8Array<ArrayBuffer> {
  const parts = error instanceof OperatorError
    ? [error.thing, error.problem, error.remedy]
    : [error.message];
  const cut = parts.map((part) => part.slice(0, MOST_LETTERS));
  return new TextEncoder().encode(JSON.stringify([error.name, ...cut]));
}

/** Reads what {@link encodeFailure} wrote. */
export function decodeFailure(bytes: Uint8Array<ArrayBuffer>): Error {
  const [name, first, problem, remedy] = JSON.parse(
    new TextDecoder().decode(bytes),
  ) as string[];
  if (name === "GuestFault") return new GuestFault(first!);
  if (name === "OperatorError") return new OperatorError(first!, problem!, remedy!);
  return new Error(first);
}
