/**
 * The program as it is on another system: the runtime says so, and as FFI is not
 * permitted, whatever asks libc ends the program.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";
import { program } from "./programs.ts";
import type { Ended } from "./tender.ts";

/** Systems that have no backend here. */
export type OtherSystem = "darwin" | "windows";

/** What a command may do there. */
export interface OtherSystemOptions {
  /** Whether it may write files. */
  readonly write?: boolean;
  /** Its standard input. */
  readonly stdin?: string;
}

/** Runs `solo5 ARGS` to its end as if this was another system. */
export async function onOtherSystem(
  os: OtherSystem,
  args: readonly string[],
  { write = false, stdin = "" }: OtherSystemOptions = {},
): Promise<Ended> {
  const child = program([
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--allow-read"],
    ...(write ? ["--allow-write"] : []),
    `${ROOT}tests/support/on_other_system.ts`,
    os,
    ...args,
  ], { stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, signal, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return {
    status: code,
    signal,
    bytes: stdout,
    stdout: text.decode(stdout),
    stderr: text.decode(stderr),
  };
}
