/**
 * The README's first command.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { ROOT } from "../support/checkout.ts";

hostTest(
  "deno task demo boots, answers and remembers",
  ["KVM", "root", "tun"],
  async () => {
    const { code, stdout, stderr } = await program([
      Deno.execPath(),
      "task",
      "--quiet",
      "demo",
    ], {
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertMatch(
      text,
      /^\$ solo5 run \S+demo\.hvt --net:service=tap0 --block:storage=\S+ --mem=16 -- 10\.0\.0\.2$/m,
    );
    assertMatch(text, /boot number 1 of this disk[^]*boot number 2 of this disk/);
    assertEquals(text.match(/ping: [0-9.]+ ms/g)?.length, 10);
    assertEquals(text.match(/UDP echo: [0-9.]+ ms/g)?.length, 6);
    assertEquals(
      [text.includes("no answer"), code],
      [false, 0],
      new TextDecoder().decode(stderr),
    );
  },
);
