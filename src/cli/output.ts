/**
 * What the program says itself: on standard error, one line a message.
 *
 * @module
 */
import { SystemCallError } from "../../ffi/errno.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import {
  EndedByDebugger,
  EndedBySignal,
  GuestFault,
  ImageError,
  OperatorError,
  printable,
} from "../errors.ts";
import { PROGRAM } from "./invocation.ts";

/** What the program was called, before every message. */
let program = PROGRAM;

/** Has messages begin with the name that the program was called by. */
export function speakAs(name: string): void {
  program = printable(name);
}

/**
 * Prints one line of the program's own on standard error. Where nobody takes it
 * there is nobody else to tell: the exit status stays.
 */
export function printError(sentence: string): void {
  write(Deno.stderr, `${program}: ${sentence}\n`);
}

/** Prints text that another program's command line has on standard error. */
export function printErrorText(text: string): void {
  write(Deno.stderr, text);
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

/** Turns whatever was thrown into one sentence and an exit status. */
export function describeEnd(error: unknown): { sentence: string; status: number } {
  if (error instanceof GuestFault) return error;
  if (
    error instanceof OperatorError || error instanceof ImageError ||
    error instanceof EndedBySignal || error instanceof EndedByDebugger
  ) {
    return { sentence: error.message, status: error.status };
  }
  if (error instanceof SystemCallError) {
    return {
      sentence: printable(`${error.message}; look at the host`),
      status: ExitStatus.OPERATOR,
    };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return {
      sentence:
        `${PROGRAM} lacks a permission of Deno's: run it as scripts/solo5 does, with ${PERMISSIONS}`,
      status: ExitStatus.OPERATOR,
    };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    sentence: printable(`internal error: ${what}; please report it`),
    status: ExitStatus.INTERNAL,
  };
}

/** What it needs: on Linux everything goes through libc. */
const PERMISSIONS = Deno.build.os === "linux"
  ? "--allow-ffi"
  : "--allow-read (and --allow-write to write a file)";

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
