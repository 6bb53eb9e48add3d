/**
 * Tries system calls under a filter, against the kernel: `try_calls.c`, compiled.
 *
 * @module
 */
import { encode, type Instruction } from "../../src/sandbox/bpf.ts";
import type { Call } from "./bpf.ts";
import { ROOT } from "./checkout.ts";
import { program } from "./programs.ts";

/** A call, and how it is entered. */
export interface TriedCall extends Call {
  /** By the 32-bit entry, `int 0x80`: another architecture to a filter. */
  readonly compatible?: true;
}

const SOURCE = `${ROOT}tests/support/try_calls.c`;

/** The most arguments of a call. */
const ARGUMENTS = 6;

/**
 * Makes each call in a process of its own under the filter.
 *
 * @returns for each, in order, how it ended: `"signal 31"`, `"errno 1"`, `"result 0"`
 */
export async function tryCalls(
  filter: readonly Instruction[],
  calls: readonly TriedCall[],
): Promise<string[]> {
  const directory = await Deno.makeTempDir();
  try {
    const compiled = `${directory}/try_calls`;
    const { success, stderr } = await new Deno.Command("cc", {
      args: ["-O1", "-Wall", "-Wextra", "-Werror", "-o", compiled, SOURCE],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const child = program([compiled], { stdin: "piped", stdout: "piped" }).spawn();
    const output = new Response(child.stdout).text();
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(new Uint32Array([filter.length]).buffer));
    await writer.write(encode(filter));
    await writer.write(encodeCalls(calls));
    await writer.close();
    const lines = (await output).trimEnd().split("\n");
    if (!(await child.status).success || lines.length !== calls.length) {
      throw new Error(`${lines.length} of ${calls.length} calls were tried`);
    }
    return lines;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function encodeCalls(calls: readonly TriedCall[]): Uint8Array<ArrayBuffer> {
  const words = new BigUint64Array(calls.length * (1 + ARGUMENTS));
  calls.forEach((call, index) => {
    const at = index * (1 + ARGUMENTS);
    words[at] = BigInt(call.number) | (call.compatible ? 1n << 63n : 0n);
    call.arguments?.forEach((argument, place) => {
      words[at + 1 + place] = BigInt.asUintN(64, BigInt(argument));
    });
  });
  return new Uint8Array(words.buffer);
}
