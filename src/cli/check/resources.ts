/**
 * Looking at what a guest's start takes hold of, one by one, with the code that
 * does so at a start, and giving it back.
 *
 * @module
 */
import { closeFile } from "../../../ffi/files.ts";
import { rememberPassed } from "../../../ffi/passed_state.ts";
import type { Keeping } from "../../contract/figures.ts";
import { MEBIBYTE, MEMORY_STEP_BYTES } from "../../contract/limits.ts";
import type { DeviceBinding, DeviceProperties } from "../../contract/module.ts";
import { spellSource } from "../../contract/source.ts";
import type { WatchBinding } from "../../contract/watch.ts";
import { OperatorError } from "../../errors.ts";
import { tryPlace } from "../../figures/probe.ts";
import { ReportPlace } from "../../figures/report/target.ts";
import { createKvmMachine, openKvm } from "../../hypervisor/kvm/kvm.ts";
import { tryMemory } from "../../hypervisor/kvm/survey.ts";
import { loadDeviceModule, loadWatchModule } from "../../machine/registry.ts";
import { readMemoryTexts, roomOf, shortage } from "./memory.ts";
import type { Notes } from "./notes.ts";

/** What undoes a look. */
type Undo = () => void;

/** The descriptors that were passed for devices. */
export function passedTo(devices: readonly DeviceBinding[]): number[] {
  return devices.flatMap((device) => {
    const source = device.type === "NET_BASIC" ? device.tap : device.file;
    return "descriptor" in source ? [source.descriptor] : [];
  });
}

/** Puts descriptors that were passed back as they were, when `action` is over. */
export async function withPassed<T>(
  devices: readonly DeviceBinding[],
  action: () => Promise<T>,
): Promise<T> {
  const restore = passedTo(devices).map(rememberPassed);
  try {
    return await action();
  } finally {
    for (const undo of restore) undo();
  }
}

/**
 * Attaches every device, all at once as a start does: two may be after one file.
 *
 * @param undo gets what gives them back
 */
export async function lookAtDevices(
  notes: Notes,
  devices: readonly DeviceBinding[],
  undo: Undo[],
): Promise<void> {
  for (const binding of devices) {
    await notes.attempt(async () => {
      const module = await loadDeviceModule(binding.type);
      const device = module.attach(binding, (sentence) => notes.warn(sentence));
      undo.push(() => device.close());
      notes.ok(flagOf(binding), describe(device.properties));
    });
  }
}

/** The flag that binds a device. */
export function flagOf(binding: DeviceBinding): string {
  return binding.type === "NET_BASIC"
    ? `--net:${binding.name}=${spellSource(binding.tap)}`
    : `--block:${binding.name}=${spellSource(binding.file)}`;
}

/** What a guest is told of a device. */
function describe(properties: DeviceProperties): string {
  return "mtuBytes" in properties
    ? `is free and up, with an MTU of ${properties.mtuBytes}`
    : `is free, ${properties.capacityBytes} bytes in sectors of ${properties.blockSizeBytes}`;
}

/** Has what is to watch the guest take its port, socket or file, and give it back. */
export async function lookAtWatches(
  notes: Notes,
  watches: readonly WatchBinding[],
  undo: Undo[],
): Promise<void> {
  for (const binding of watches) {
    await notes.attempt(async () => {
      const module = await loadWatchModule(binding.name);
      const watch = module.prepare(binding, (sentence) => notes.warn(sentence));
      undo.push(() => watch.close());
      notes.ok(`--${binding.name}`, "can be had");
    });
  }
}

/** Sees whether others could follow the guest. */
export async function lookAtKeeping(
  notes: Notes,
  { name, report }: Keeping,
): Promise<void> {
  if (name !== undefined) {
    await notes.attempt(() => {
      tryPlace(name);
      notes.ok(`--name=${name}`, "is free");
    });
  }
  if (report !== undefined) {
    await notes.attempt(() => {
      ReportPlace.open(report).abandon();
      notes.ok("--report", "can be written");
    });
  }
}

/** Sees whether the guest's memory is there, and then KVM with it. */
export async function lookAtMachine(
  notes: Notes,
  memoryBytes: number,
  ringBytes: number,
): Promise<void> {
  const fits = await notes.attempt(() => {
    tryMemory(memoryBytes, ringBytes);
    return true;
  });
  const short = shortage(memoryBytes, roomOf(readMemoryTexts()));
  if (short !== undefined) notes.warn(short);
  else if (fits) notes.ok("guest memory", `${memoryBytes / MEBIBYTE} MiB are there`);
  await notes.attempt(() => {
    closeFile(openKvm());
    // What is wrong with the memory is said already.
    const [guest, ring] = fits ? [memoryBytes, ringBytes] : [MEMORY_STEP_BYTES, 0];
    createKvmMachine(guest, ring).close();
    notes.ok("/dev/kvm", "a virtual machine can be made");
  });
}

/** Gives everything back, the latest first. */
export function giveBack(undo: Undo[]): void {
  for (const action of undo.splice(0).toReversed()) action();
}

/** Says what was wrong with flags, each for itself, without an image to hold them to. */
export function refuseAlone(
  notes: Notes,
  problems: readonly string[],
  see: string,
): void {
  for (const problem of problems) {
    notes.refuse(new OperatorError("command line", problem, see));
  }
}
