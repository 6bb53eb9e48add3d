/**
 * Taking hold of a tap.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import { closeFile } from "../../../ffi/files.ts";
import { adoptTap, attachTap, interfaceState, isNoInterface } from "../../../ffi/tap.ts";
import { type DeviceCounts, uncounted } from "../../contract/figures.ts";
import type { AttachedDevice, NetBinding } from "../../contract/module.ts";
import type { Say } from "../../contract/watch.ts";
import { type PassedDescriptor, spellSource } from "../../contract/source.ts";
import { OperatorError } from "../../errors.ts";
import { Link, LinkReport, TALLY_WORDS } from "./link.ts";
import type { Port } from "./port.ts";

/** A network device that holds its tap. */
export interface NetDevice extends AttachedDevice, Port {
  /** Where the ring's thread counts; 0 where nobody looks. */
  readonly otherCounts: bigint;
}

/** What is assumed of a passed tap that is in another network namespace. */
const DEFAULT_MTU_BYTES = 1500;

/**
 * Takes hold of the tap that a device is bound to. Makes no interface and
 * changes none.
 *
 * @throws {OperatorError} when it cannot be had
 */
export function attach(
  binding: NetBinding,
  say: Say,
  counts: DeviceCounts = uncounted(),
): NetDevice {
  const { tap, name, mtuBytes } = "interface" in binding.tap
    ? attachByName(binding, binding.tap.interface, binding.tap.held)
    : attachByDescriptor(binding, binding.tap);
  // Shared, for the ring's thread.
  const tally = new Int32Array(
    new SharedArrayBuffer(TALLY_WORDS * Int32Array.BYTES_PER_ELEMENT),
  );
  const report = new LinkReport(name, tally, say);
  const link = new Link(name, tally, () => report.tell());
  return {
    handle: binding.handle,
    descriptor: tap,
    tap,
    link,
    counts: counts.main,
    otherCounts: counts.otherAddress,
    properties: { mac: binding.mac ?? randomMac(), mtuBytes: mtuBytes & 0xffff },
    pollDescriptor: tap,
    pollFailure: () => link.gone(),
    check: () => report.tell(),
    end: () => report.end(),
    close: () => closeFile(tap),
  };
}

interface Tap {
  readonly tap: number;
  readonly name: string;
  readonly mtuBytes: number;
}

function attachByName(binding: NetBinding, name: string, held?: number): Tap {
  const flag = `--net:${binding.name}=${name}`;
  try {
    const state = interfaceState(name);
    if (!state.up) {
      throw new OperatorError(
        flag,
        "the interface is down",
        `ip link set ${name} up`,
        new SystemCallError("attach", name, Errno.ENETDOWN),
      );
    }
    return { tap: held ?? attachTap(name), name, mtuBytes: state.mtuBytes };
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    const problem = error.object === name ? error.problem : error.message;
    throw new OperatorError(flag, problem, remedyFor(error, name), error);
  }
}

function remedyFor(error: SystemCallError, name: string): string {
  if (isNoInterface(error) && error.call !== "open") {
    return `ip tuntap add ${name} mode tap && ip link set ${name} up`;
  }
  if (error.call === "open") {
    return error.errno === Errno.ENOENT || error.errno === Errno.ENODEV
      ? "load the kernel's module (modprobe tun)"
      : "let this user, container or service use /dev/net/tun";
  }
  switch (error.errno) {
    case Errno.EBUSY:
      return "give another tap, or end the process that uses it";
    case Errno.EINVAL:
      return "give a tap with one queue; tun, bridge and other interfaces are none";
    case Errno.EPERM:
      return `make it this user's: ip tuntap del ${name} mode tap && ip tuntap add ${name} mode tap user USER`;
    default:
      return "give a tap that can be used";
  }
}

function attachByDescriptor(binding: NetBinding, source: PassedDescriptor): Tap {
  const flag = `--net:${binding.name}=${spellSource(source)}`;
  const { descriptor } = source;
  try {
    const { name, bareFrames, own } = adoptTap(descriptor);
    // Another device's tap, it may be.
    if (own) {
      throw new OperatorError(
        flag,
        "this descriptor was not passed, it is the program's own (close-on-exec)",
        "pass an open descriptor of an attached tap",
      );
    }
    if (!bareFrames) {
      throw new OperatorError(
        flag,
        `${name} does not carry bare Ethernet frames`,
        "open the tap with IFF_TAP | IFF_NO_PI and without IFF_VNET_HDR",
      );
    }
    return { tap: descriptor, name, mtuBytes: mtuOfPassed(name) };
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new OperatorError(
      flag,
      error.message,
      "pass an open descriptor of an attached tap",
      error,
    );
  }
}

function mtuOfPassed(name: string): number {
  try {
    return interfaceState(name).mtuBytes;
  } catch (error) {
    if (isNoInterface(error)) return DEFAULT_MTU_BYTES;
    throw error;
  }
}

/** A random address, marked as local and as not a group's (IEEE 802). */
function randomMac(): Uint8Array {
  const mac = crypto.getRandomValues(new Uint8Array(6));
  mac[0] = mac[0]! & 0xfe | 0x02;
  return mac;
}
