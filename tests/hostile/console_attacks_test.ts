/**
 * A guest that writes to its console without end: its tender waits for the
 * reader, keeps nothing, and ends when it is told to. (A reader that is gone is
 * in `tests/e2e/console_test.ts`.)
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { HypercallNumber } from "../../src/contract/hypercalls.ts";
import { BLOCK, commandLine, FREE, run, store } from "../support/attack.ts";
import { withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { processorTicks, readProc } from "../support/proc.ts";
import { start } from "../support/tender.ts";

const PORT = 0x500 + HypercallNumber.PUTS;
const MEBIBYTE = 1 << 20;
/** Bytes of one PUTS. */
const PIECE = 64 << 10;

/** out dx, eax, for ever. */
const ENDLESS = commandLine([
  store(BLOCK, FREE),
  store(BLOCK + 8, PIECE),
  run("ef eb fd", { rax: BLOCK, rdx: PORT }),
]);

/** What a process has in memory, in MiB. */
function residentMebibytes(pid: number): number {
  return Number(readProc(`/proc/${pid}/status`).match(/^VmRSS:\s+(\d+) kB/m)![1]) / 1024;
}

async function readAll(reader: Deno.FsFile, bytes: number): Promise<void> {
  const chunk = new Uint8Array(PIECE);
  for (let rest = bytes; rest > 0;) {
    const count = await reader.read(chunk);
    assert(count !== null, "the guest's output has ended");
    rest -= count;
  }
}

/** A guest that writes without end into a pipe, and its end that can be read. */
async function endless(
  action: (pid: number, reader: Deno.FsFile) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const pipe = `${directory}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const running = start(ENDLESS, { shell: `exec "$@" >${pipe}` });
    const reader = await Deno.open(pipe, { read: true });
    try {
      await action(running.child.pid, reader);
      running.child.kill("SIGTERM");
      const ended = await running.end();
      assertEquals([ended.stderr, ended.status], ["solo5: Exiting on signal 15\n", 1]);
    } finally {
      reader.close();
    }
  });
}

hostTest(
  "endless output waits for a reader that has stopped",
  ["KVM"],
  () =>
    endless(async (pid, reader) => {
      await readAll(reader, 8 * MEBIBYTE);
      const pause = () => new Promise((resolve) => setTimeout(resolve, 700));
      // The runtime's own threads may still be at work for a moment.
      await pause();
      const ticks = processorTicks(pid), mebibytes = residentMebibytes(pid);
      await pause();
      // One that went on would use about seventy, and keep what it takes.
      assert(processorTicks(pid) - ticks < 35);
      assert(residentMebibytes(pid) - mebibytes < 8);
      // Nothing was lost on the way: the guest goes on with its next piece.
      await readAll(reader, 8 * MEBIBYTE);
    }),
);

hostTest(
  "endless output does not make the tender grow",
  ["KVM", "a fast host"],
  () =>
    endless(async (pid, reader) => {
      await readAll(reader, 32 * MEBIBYTE);
      const before = residentMebibytes(pid);
      await readAll(reader, 512 * MEBIBYTE);
      const grown = residentMebibytes(pid) - before;
      assert(grown < 16, `the tender grew by ${grown} MiB while it wrote 512`);
    }),
);
