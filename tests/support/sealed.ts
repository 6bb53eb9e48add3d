/**
 * Looking at a sealed tender from outside.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { guest, start, type TenderOptions } from "./tender.ts";

/** KVM's own worker: a thread of the process, made by the kernel. */
export const KERNEL_WORKER = "kvm-nx-lpage-re";

/** One thread's `/proc/PID/task/TID/status`. */
export type Status = Readonly<Record<string, string>>;

/** What a shell prints, as root. */
export async function look(script: string): Promise<string> {
  const command = new Deno.Command("sh", { args: ["-c", script], stderr: "inherit" });
  return new TextDecoder().decode((await command.output()).stdout);
}

/** What `/proc` says of each thread of a process. */
export async function threadsOf(pid: number): Promise<Status[]> {
  const text = await look(`cat /proc/${pid}/task/*/status`);
  return text.split(/^(?=Name:)/m).map((thread) =>
    Object.fromEntries(
      thread.trim().split("\n").map((line) => line.split(/:\s*/, 2) as [string, string]),
    )
  );
}

/** Looks at a tender whose guest spins. */
export async function whileSpinning(
  flags: readonly string[],
  look: (pid: number) => Promise<void>,
  options: TenderOptions & { readonly image?: string } = {},
): Promise<string> {
  const image = options.image ?? guest("spin");
  const running = start(["run", "--mem=4", ...flags, image], options);
  await running.sees("spinning");
  try {
    await look(running.child.pid);
  } finally {
    running.child.kill("SIGTERM");
  }
  return (await running.end()).stderr;
}

/** A set of capabilities with none in it, as `/proc` shows it. */
export const NO_CAPABILITIES = "0000000000000000";

/** Every thread has the filter and no rights; returns the threads. */
export async function assertSealed(pid: number, uid: number): Promise<Status[]> {
  const threads = await threadsOf(pid);
  assert(threads.length > 1, "the runtime has more than one thread");
  for (const status of threads) {
    const name = status["Name"]!;
    const of = (field: string) => `${name}: ${field} ${status[field]}`;
    assertEquals(of("Seccomp"), `${name}: Seccomp 2`);
    assertEquals(of("NoNewPrivs"), `${name}: NoNewPrivs 1`);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
      assertEquals(of(set), `${name}: ${set} ${NO_CAPABILITIES}`);
    }
    assertMatch(status["Uid"]!, new RegExp(`^(${uid}\\s*){4}$`), name);
  }
  return threads;
}
