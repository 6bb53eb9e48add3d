import { assertEquals } from "@std/assert";
import {
  roundMemory,
  scanInteger,
  scanMac,
  scanMemory,
  scanSectorSize,
} from "../../../src/binding/hvt_values.ts";

for (
  const [text, value] of [
    ["16", 16n],
    ["+16", 16n],
    ["-16", -16n],
    [" \t16", 16n],
    ["16.5", 16n],
    ["16M", 16n],
    ["010", 10n],
    ["1e3", 1n],
    ["0x10", 0n],
    ["", undefined],
    ["abc", undefined],
    ["+ 1", undefined],
    ["--1", undefined],
  ] as const
) {
  Deno.test(`scanInteger() reads "${text}" as ${value}`, () => {
    assertEquals(scanInteger(text), value);
  });
}

for (
  const [text, bytes, adjusted] of [
    ["2", 2n << 20n, false],
    ["1", 2n << 20n, true],
    ["3", 2n << 20n, true],
    ["16", 16n << 20n, false],
    ["4095", 4094n << 20n, true],
    ["4097", 4096n << 20n, true],
    ["5000", 5000n << 20n, false],
    // The product keeps 64 bits.
    ["17592186044432", 16n << 20n, false],
    ["-1", 18446744073707454464n, true],
    ["99999999999999999999", 18446744073707454464n, true],
  ] as const
) {
  Deno.test(`roundMemory() makes ${bytes} bytes of --mem=${text}`, () => {
    assertEquals(roundMemory(scanMemory(text)!), { bytes, adjusted });
  });
}

for (const text of ["", "0", "abc", "0x10", "17592186044416"]) {
  Deno.test(`scanMemory() refuses "${text}"`, () => {
    assertEquals(scanMemory(text), undefined);
  });
}

for (
  const [text, size] of [
    ["512", 512],
    ["+512", 512],
    ["512k", 512],
    ["66048", 512],
    ["32768", 32768],
    ["0", "no size"],
    ["256", "no size"],
    ["521", "no size"],
    ["768", "no size"],
    ["65536", "no size"],
    ["-512", "no size"],
    ["0x200", "no size"],
    ["", undefined],
    ["abc", undefined],
  ] as const
) {
  Deno.test(`scanSectorSize() reads "${text}" as ${size}`, () => {
    assertEquals(scanSectorSize(text), size);
  });
}

for (
  const [text, mac] of [
    ["02:00:00:11:22:33", "02:00:00:11:22:33"],
    ["2:0:0:1:2:3", "02:00:00:01:02:03"],
    ["AA:bB:0:0:0:0", "aa:bb:00:00:00:00"],
    ["02:00:00:11:22:33:44", "02:00:00:11:22:33"],
    ["02:00:00:11:22:333", "02:00:00:11:22:33"],
    ["02:00:00:11:22:3x", "02:00:00:11:22:03"],
    ["-1:0:0:0:0:0", "ff:00:00:00:00:00"],
    ["ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff"],
    ["02:00:00:11:22", undefined],
    ["02-00-00-11-22-33", undefined],
    ["020000112233", undefined],
    ["zz:00:00:11:22:33", undefined],
    ["0x02:0:0:0:0:0", undefined],
    ["02:0:0:0:0:0x1", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`scanMac() reads "${text}" as ${mac}`, () => {
    const bytes = scanMac(text);
    const spelled = bytes &&
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
    assertEquals(spelled, mac);
  });
}
