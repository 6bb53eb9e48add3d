/**
 * `docs/abi.md` against the code: a table that drifts fails here.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import * as ring from "../../src/contract/ring.ts";
import * as hypercalls from "../../src/contract/hypercalls.ts";
import { ABI_VERSIONS } from "../../src/image/abi.ts";
import { isDeviceName, MOST_ENTRIES } from "../../src/image/manifest.ts";
import {
  LOWEST_IMAGE_ADDRESS,
  MEMORY_STEP_BYTES,
  MOST_SEGMENTS,
  PAGE_BYTES,
  RING_AREA_BYTES,
} from "../../src/contract/limits.ts";
import { MOST_COMMAND_LINE_BYTES } from "../../src/binding/bindings.ts";
import {
  DEFAULT_MEMORY_MEBIBYTES,
  isMemorySize,
  isSectorSize,
} from "../../src/binding/values.ts";
import { BootInfo } from "../../src/machine/boot_info.ts";
import * as map from "../../src/machine/x86_64/memory_map.ts";
import { ETHERNET_HEADER_BYTES } from "../../ffi/linux/tun.ts";

const DOCUMENT = await Deno.readTextFile(new URL("../../docs/abi.md", import.meta.url));

/** The rows of a table below a heading, the first if not said, without its head. */
function table(heading: string, index = 0): string[][] {
  const start = DOCUMENT.indexOf(`\n## ${heading}\n`);
  const section = DOCUMENT.slice(start + 4).split("\n## ")[0]!;
  const tables = section.match(/(^\|.*\n)+/gm) ?? [];
  const rows = (tables[index] ?? "").trimEnd().split("\n").map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  return rows.slice(2);
}

describe("docs/abi.md", () => {
  it("lists the ABI versions", () => {
    assertEquals(
      table("Versions"),
      ABI_VERSIONS.map(({ version, releases, bootInfoBytes, hasRing }) => [
        String(version),
        releases,
        String(bootInfoBytes),
        hasRing ? "yes" : "no",
      ]),
    );
  });

  it("has the memory map", () => {
    const addresses = table("Memory map").map(([gpa]) => Number(gpa));
    const { GDT, PML4, PDPT, PAGE_DIRECTORIES, PAGE_TABLE, BOOT_INFO, IMAGE } = map;
    assertEquals(addresses, [
      0,
      GDT,
      PML4,
      PDPT,
      PAGE_DIRECTORIES,
      PAGE_TABLE,
      PAGE_TABLE + PAGE_BYTES,
      BOOT_INFO,
      IMAGE,
      map.LARGE_PAGE_BYTES,
    ]);
  });

  it("has the fields of boot info", () => {
    const fields = table("Boot info").map(([offset, , name]) => [name, Number(offset)]);
    assertEquals(fields, Object.entries(BootInfo));
    const [lastOffset, lastSize] = table("Boot info").at(-1)!.map(Number);
    assertEquals(lastOffset! + lastSize!, ABI_VERSIONS[0]!.bootInfoBytes);
  });

  it("has every hypercall with its argument block", () => {
    const blocks: Record<string, Readonly<Record<string, number>>> = {
      WALLTIME: hypercalls.WalltimeBlock,
      PUTS: hypercalls.PutsBlock,
      POLL: hypercalls.PollBlock,
      BLOCK_WRITE: hypercalls.BlockBlock,
      BLOCK_READ: hypercalls.BlockBlock,
      NET_WRITE: hypercalls.NetBlock,
      NET_READ: hypercalls.NetBlock,
      HALT: hypercalls.HaltBlock,
    };
    const documented = table("Hypercalls").map(([number, name, block, size]) => {
      const fields = block!.split(", ").map((field) => {
        const [offset, , fieldName] = field.split(" ");
        return [fieldName, Number(offset)];
      });
      return [name, Number(number), {
        size: Number(size),
        ...Object.fromEntries(fields),
      }];
    });
    const implemented = Object.entries(hypercalls.HypercallNumber).map(
      ([name, number]) => [name, number, { ...blocks[name] }],
    );
    assertEquals(documented, implemented);
  });

  it("has the fields of the network ring", () => {
    const fields = table("Network ring").map((
      [offset, , name],
    ) => [name, Number(offset)]);
    const { size: _size, ...layout } = ring.RingLayout;
    assertEquals(fields, Object.entries(layout));
    const [offset, bytes] = table("Network ring").at(-1)!.map(Number);
    assertEquals(offset! + bytes!, ring.RingLayout.size);
  });

  it("has the fields of entries and commits", () => {
    const fields = table("Network ring", 1).map(([structure, field, offset]) => [
      structure,
      field,
      Number(offset),
    ]);
    const { size: _entry, ...entry } = ring.RingEntry;
    const { size: _commit, ...commit } = ring.RingCommit;
    assertEquals(fields, [
      ...Object.entries(entry).map(([name, offset]) => ["entry", name, offset]),
      ...Object.entries(commit).map(([name, offset]) => ["commit", name, offset]),
    ]);
  });

  it("has the results", () => {
    const results = table("Results").map(([code, name]) => [name, Number(code)]);
    assertEquals(results, Object.entries(hypercalls.Result));
  });

  /** The least and the largest number that a predicate accepts. */
  function bounds(accepts: (value: number) => boolean, most: number): [number, number] {
    const accepted = Array.from({ length: most }, (_, value) => value).filter(accepts);
    return [accepted[0]!, accepted.at(-1)!];
  }

  it("has the limits", () => {
    const limits = Object.fromEntries(
      table("Limits").map(([name, value]) => [name, Number(value)]),
    );
    const [smallestMemory, largestMemory] = bounds(isMemorySize, 10_000);
    const [smallestBlock, largestBlock] = bounds(isSectorSize, 100_000);
    const [, longestName] = bounds((length) => isDeviceName("x".repeat(length)), 200);
    assertEquals(limits, {
      "devices": MOST_ENTRIES - 1,
      "manifest entries": MOST_ENTRIES,
      "device name, characters": longestName,
      "command line, bytes": MOST_COMMAND_LINE_BYTES,
      "lowest image address": LOWEST_IMAGE_ADDRESS,
      "segments with bytes in the file": MOST_SEGMENTS,
      "smallest memory, MiB": smallestMemory,
      "largest memory, MiB": largestMemory,
      "step of memory, MiB": MEMORY_STEP_BYTES / 1024 / 1024,
      "memory if none is given, MiB": DEFAULT_MEMORY_MEBIBYTES,
      "smallest block size, bytes": smallestBlock,
      "largest block size, bytes": largestBlock,
      "hypercall numbers below": hypercalls.HYPERCALL_LIMIT,
      "HALT cookie, bytes": hypercalls.COOKIE_BYTES,
      "smallest frame sent, bytes": ETHERNET_HEADER_BYTES,
      "entries of the network ring": ring.RING_ENTRIES,
      "network ring, bytes reserved": RING_AREA_BYTES,
      "processors": 1,
    });
  });
});
