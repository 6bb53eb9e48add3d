/**
 * What the program says itself: on standard error, one line a message.
 *
 * @module
 */

/** The program's name, before every message. */
export const PROGRAM = "solo5";

/** Prints one line of the program's own on standard error. */
export function printError(sentence: string): void {
  write(Deno.stderr, `${PROGRAM}: ${sentence}\n`);
}

/** Prints text that was asked for (help, version) on standard output. */
export function printText(text: string): void {
  write(Deno.stdout, text);
}

function write(stream: typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) {
      done += stream.writeSync(bytes.subarray(done));
    }
  } catch {
    // Nobody reads it, and there is nobody else to tell: the exit status stays.
  }
}
