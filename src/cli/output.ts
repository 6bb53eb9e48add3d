/**
 * What the program says itself: on standard error, one line a message.
 *
 * @module
 */
import { OperatorError } from "../errors.ts";

/** The program's name, before every message. */
export const PROGRAM = "solo5";

/**
 * Prints one line of the program's own on standard error. Where nobody takes it
 * there is nobody else to tell: the exit status stays.
 */
export function printError(sentence: string): void {
  write(Deno.stderr, `${PROGRAM}: ${sentence}\n`);
}

/**
 * Prints text that was asked for (help, version) on standard output.
 *
 * @throws {OperatorError} when it cannot be written
 */
export function printText(text: string): void {
  const problem = write(Deno.stdout, text);
  if (problem === undefined) return;
  throw new OperatorError(
    "standard output",
    `cannot be written: ${problem}`,
    "give it a reader that stays, or a file system with room",
  );
}

/**
 * Refuses arguments that a subcommand does not take.
 *
 * @throws {OperatorError} where there are any
 */
export function refuseMore(subcommand: string, args: readonly string[]): void {
  if (args[0] === undefined) return;
  throw new OperatorError(
    `"${args[0]}"`,
    `${PROGRAM} ${subcommand} does not take this`,
    `drop it, or see ${PROGRAM} help`,
  );
}

/** How long a stream that does not block is waited for: 100 times 20 ms. */
const ATTEMPTS = 100, PAUSE_MS = 20;

/** Writes a whole text; returns what went wrong, if anything. */
function write(stream: typeof Deno.stderr, text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0, attempts = 0; done < bytes.length;) {
    try {
      done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      // Interrupted is a signal that asks for the end.
      const again = error instanceof Deno.errors.WouldBlock && attempts++ < ATTEMPTS;
      if (!again) return error instanceof Error ? error.message : String(error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
  return undefined;
}
