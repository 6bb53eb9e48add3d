/**
 * gdb opens core dumps.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { onlyCore, withCoreDirectory } from "../support/core_dumps.ts";
import { hostTest } from "../support/needs.ts";
import { guest, start } from "../support/tender.ts";

/** Has gdb say where the guest was; what it says on standard error fails a test. */
async function askGdb(image: string, core: string, ...asked: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("gdb", {
    args: ["-nx", "-batch", ...asked.flatMap((each) => ["-ex", each]), image, core],
    env: { DEBUGINFOD_URLS: "", LC_ALL: "C" },
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const said = new TextDecoder().decode(stdout);
  assertEquals(/warning|error|cannot/i.test(said), false, said);
  return said;
}

const GDB = {
  abort: ["SIGABRT", "Aborted"],
  trap: ["SIGABRT", "Aborted"],
  hlt: ["SIGSEGV", "Segmentation fault"],
  loop: ["SIGQUIT", "Quit"],
} as const;

for (const [end, [signal, meaning]] of Object.entries(GDB)) {
  hostTest(
    `gdb shows who called what when a guest ended with ${end}`,
    ["KVM", "gdb"],
    () =>
      withCoreDirectory(async (directory) => {
        const flag = `--dumpcore=${directory}`;
        const running = start(["run", "--mem=16", flag, guest("crash"), end]);
        if (end === "loop") {
          await running.sees("looping");
          running.child.kill("SIGQUIT");
        }
        await running.end();
        const core = onlyCore(directory);
        const asked = [
          "backtrace",
          "info registers r15 rbx cs",
          "x/i $rip",
          "x/2gx 0x10008",
        ];
        const said = await askGdb(guest("crash"), core, ...asked);
        assertStringIncludes(
          said,
          `Program terminated with signal ${signal}, ${meaning}.\n`,
        );
        const frames = [...said.matchAll(/^#([0-9]) .* in ([a-z_]+) \(\)$/gm)];
        assertEquals(frames.slice(-5).map(([, level, name]) => [level, name]), [
          ["0", "inner"],
          ["1", "middle"],
          ["2", "outer"],
          ["3", "guest_main"],
          ["4", "_start"],
        ], said);
        assertMatch(said, /^r15 +0x1515151515151515 /m);
        assertMatch(said, /^rbx +0xb0b0b0b0b0b0b0b0 /m);
        assertMatch(said, /^cs +0x8 /m);
        if (end === "trap") {
          assertMatch(said, /^=> 0x[0-9a-f]+ <inner\+[0-9]+>:\s+ud2\s*$/m);
        }
        // Boot info: the end of the image, the frequency of the clock.
        assertMatch(said, /^0x10008:\s+0x0000000000[0-9a-f]{6}\s+0x0000000[0-9a-f]{9}$/m);
      }),
  );
}
