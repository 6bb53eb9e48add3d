/**
 * Boot info, the manifest's copy and the command line: what a guest finds at
 * its start (`docs/abi.md`, "Boot info").
 *
 * @module
 */
import type { DeviceProperties } from "../contract/module.ts";
import { RING_OFFERED } from "../contract/limits.ts";
import { encodeRaw } from "../contract/raw_text.ts";
import type { AbiVersion } from "../image/abi.ts";
import { encodeManifest, type Manifest } from "../image/manifest.ts";

/**
 * Fields of boot info: u64 each, but for the two words of features. Those from
 * `hostFeatures` on came with ABI version 2.
 */
export const BootInfo = {
  memorySize: 0,
  kernelEnd: 8,
  cpuCycleFrequency: 16,
  commandLine: 24,
  manifest: 32,
  hostFeatures: 40,
  guestFeatures: 44,
  netRing: 48,
} as const;

/** What goes into boot info. */
export interface BootFacts {
  /** The guest's ABI version. */
  readonly abi: AbiVersion;
  /** Guest memory in bytes. */
  readonly memoryBytes: number;
  /** Whether a network ring is directly behind its memory. */
  readonly ring: boolean;
  /** Behind the last loaded page of the image (gpa). */
  readonly kernelEnd: number;
  /** Frequency of the time stamp counter, in kHz. */
  readonly tscKilohertz: number;
  /** The image's manifest. */
  readonly manifest: Manifest;
  /** What the guest is told of each device, by handle. */
  readonly devices: ReadonlyMap<number, DeviceProperties>;
  /** The guest's command line, at most 8191 bytes. */
  readonly commandLine: string;
}

/**
 * Lays out boot info, then the manifest, then the command line.
 *
 * @param address where the result is going to stand (gpa)
 */
export function encodeBootInfo(
  facts: BootFacts,
  address: number,
): Uint8Array<ArrayBuffer> {
  const manifest = encodeManifest(facts.manifest, facts.devices);
  const commandLine = encodeRaw(facts.commandLine + "\0");
  const manifestAt = facts.abi.bootInfoBytes;
  const commandLineAt = manifestAt + manifest.length;
  const bytes = new Uint8Array(commandLineAt + commandLine.length);
  const view = new DataView(bytes.buffer);
  const set = (offset: number, value: number) =>
    view.setBigUint64(offset, BigInt(value), true);
  set(BootInfo.memorySize, facts.memoryBytes);
  set(BootInfo.kernelEnd, facts.kernelEnd);
  set(BootInfo.cpuCycleFrequency, facts.tscKilohertz * 1000);
  set(BootInfo.commandLine, address + commandLineAt);
  set(BootInfo.manifest, address + manifestAt);
  if (facts.ring) {
    view.setUint32(BootInfo.hostFeatures, RING_OFFERED, true);
    set(BootInfo.netRing, facts.memoryBytes);
  }
  bytes.set(manifest, manifestAt);
  bytes.set(commandLine, commandLineAt);
  return bytes;
}
