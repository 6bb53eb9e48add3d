/**
 * The guest's console where standard output is a terminal, and where it is none.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { tenderEnvironment } from "../support/checkout.ts";
import { hostTest } from "../support/needs.ts";
import { called, guest, tender, type TenderOptions } from "../support/tender.ts";

/** Every byte, as the guest writes it. */
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** The same, shown; as bytes alone those from 0x80 on are no UTF-8. */
const SHOWN = Array.from(BYTES, (byte) => {
  const character = String.fromCharCode(byte);
  return /[\t\n\r -~]/.test(character)
    ? character
    : `\\x${byte.toString(16).padStart(2, "0")}`;
}).join("");

/** What a terminal gets from the tender, one letter a byte. */
async function onTerminal(
  args: readonly string[],
  options: TenderOptions = {},
): Promise<string> {
  const directory = await Deno.makeTempDir();
  const quoted = [...called(options), ...args].map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(
    `${directory}/session`,
    `stty -opost; ${quoted}; echo "status $?"\n`,
  );
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", `sh ${directory}/session`, "/dev/null"],
    stdin: "null",
    env: tenderEnvironment(),
  }).output();
  await Deno.remove(directory, { recursive: true });
  return new TextDecoder("latin1").decode(stdout);
}

/** Bytes as {@link onTerminal} has them. */
const RAW = new TextDecoder("latin1").decode(BYTES);
const NEEDS = ["KVM", "script"] as const;
const PUTS = ["run", "--mem=4", guest("puts"), "bytes"];

hostTest("control characters are shown on a terminal", NEEDS, async () => {
  assertEquals(await onTerminal(PUTS), `${SHOWN}status 0\n`);
});

hostTest("a terminal gets a guest's bytes with --console=raw", NEEDS, async () => {
  const args = ["run", "--console=raw", ...PUTS.slice(1)];
  assertEquals(await onTerminal(args), `${RAW}status 0\n`);
});

hostTest("a terminal gets a guest's bytes from solo5-hvt", NEEDS, async () => {
  const args = ["--mem=4", guest("puts"), "bytes"];
  assertEquals(await onTerminal(args, { as: "solo5-hvt" }), `${RAW}status 0\n`);
});

hostTest("control characters are shown in a pipe with --console=visible", [
  "KVM",
], async () => {
  const ended = await tender(["run", "--console=visible", ...PUTS.slice(1)]);
  assertEquals([ended.stdout, ended.stderr, ended.status], [SHOWN, "", 0]);
});

hostTest("a pipe gets every byte that need not be shown with --console=visible", [
  "KVM",
], async () => {
  const run = ["--mem=4", guest("puts"), "sizes"];
  const visible = await tender(["run", "--console=visible", ...run]);
  const raw = await tender(["run", ...run]);
  assertEquals(visible.bytes.length, raw.bytes.length);
  assertEquals(visible.bytes.findIndex((byte, index) => byte !== raw.bytes[index]), -1);
  assertEquals(visible.status, 0);
});
