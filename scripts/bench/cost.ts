/**
 * What running a program costs.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { symbolGroup } from "../../ffi/libc.ts";
import { tenderEnvironment } from "../../tests/support/checkout.ts";

const libc = symbolGroup("bench", {
  // int getrusage(int who, struct rusage *usage)
  getrusage: { parameters: ["i32", "buffer"], result: "i32" },
});

/** `sys/resource.h`; user and system time are two timevals at the start. */
const RUSAGE_CHILDREN = -1, RUSAGE_BYTES = 144;

/** What a run took, in seconds. */
export interface Cost {
  readonly wall: number;
  readonly user: number;
  readonly system: number;
}

function childTimes(): { user: number; system: number } {
  const usage = new Uint8Array(RUSAGE_BYTES);
  checked(libc().getrusage(RUSAGE_CHILDREN, usage), "getrusage", "children");
  const words = new BigInt64Array(usage.buffer);
  const seconds = (at: number) => Number(words[at]!) + Number(words[at + 1]!) / 1e6;
  return { user: seconds(0), system: seconds(2) };
}

/**
 * How a program is started: by Deno itself where `deno.json` names it among the
 * permissions, and else by `env`, which takes a little of every start.
 */
export function starterOf(program: string): readonly string[] {
  const { state } = Deno.permissions.querySync({ name: "run", command: program });
  return state === "granted" ? [] : ["env"];
}

/**
 * Runs a program to its end.
 *
 * @param begun called when it has printed something, from when on time counts
 */
export async function measure(
  command: readonly string[],
  begun?: () => void,
): Promise<Cost> {
  const before = childTimes();
  let start = performance.now();
  const child = new Deno.Command(command[0]!, {
    args: command.slice(1),
    stdin: "null",
    stdout: begun ? "piped" : "null",
    stderr: "piped",
    env: tenderEnvironment(),
  });
  const { code, stderr } = begun === undefined
    ? child.outputSync()
    : await runWith(child.spawn(), () => {
      start = performance.now();
      begun();
    });
  const wall = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${command[0]}: ${new TextDecoder().decode(stderr)}`);
  const after = childTimes();
  return { wall, user: after.user - before.user, system: after.system - before.system };
}

async function runWith(
  child: Deno.ChildProcess,
  begun: () => void,
): Promise<{ code: number; stderr: Uint8Array }> {
  const output = child.stdout.getReader();
  await output.read();
  begun();
  const { code } = await child.status;
  await output.cancel();
  return { code, stderr: await new Response(child.stderr).bytes() };
}
