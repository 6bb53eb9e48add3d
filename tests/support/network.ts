/**
 * A network of one's own: a namespace, taps in it, and raw frames on them.
 * Needs root (or the root of a user namespace) and `/dev/net/tun`.
 *
 * @module
 */
import { checked } from "../../ffi/errno.ts";
import { closeFile, openFile } from "../../ffi/files.ts";
import { ioctlWithStructure, ioctlWithValue } from "../../ffi/ioctl.ts";
import { symbolGroup } from "../../ffi/libc.ts";
import { Family, SocketType } from "../../ffi/linux/socket.ts";
import { Ifreq, InterfaceFlag, TunFlag, TunRequest } from "../../ffi/linux/tun.ts";
import { request } from "../../ffi/linux/request.ts";
import { readProc } from "./proc.ts";
import { Socket } from "./socket.ts";

const libc = symbolGroup("test network", {
  unshare: { parameters: ["i32"], result: "i32" },
});

const CLONE_NEWNET = 0x4000_0000;
const AF_PACKET = 17, SOCK_RAW = 3, ETH_P_ALL = 0x0003;
const IFF_UP = 1;

const TUNSETPERSIST = request("TUNSETPERSIST", 0x400454cb);
const TUNSETOWNER = request("TUNSETOWNER", 0x400454cc);
const TUNSETGROUP = request("TUNSETGROUP", 0x400454ce);
const SIOCGIFFLAGS = request("SIOCGIFFLAGS", 0x8913);
const SIOCSIFFLAGS = request("SIOCSIFFLAGS", 0x8914);
const SIOCSIFADDR = request("SIOCSIFADDR", 0x8916);
const SIOCSIFNETMASK = request("SIOCSIFNETMASK", 0x891c);
const SIOCSIFMTU = request("SIOCSIFMTU", 0x8922);
const SIOCSIFTXQLEN = request("SIOCSIFTXQLEN", 0x8943);
const SIOCGIFINDEX = request("SIOCGIFINDEX", 0x8933);

let own = false;

/**
 * Puts this thread, and every child that it starts, into a new network
 * namespace, which goes away with the last of them.
 */
export function enterOwnNetwork(): void {
  if (!own) enterNewNetwork();
}

/** The same, whether or not this thread has a network of its own already. */
export function enterNewNetwork(): void {
  checked(libc().unshare(CLONE_NEWNET), "unshare", "network namespace");
  own = true;
  configure("lo", {});
}

/** What an interface is to be like. */
export interface InterfaceOptions {
  /** IPv4 address; the network is a /24. */
  readonly address?: string;
  /** Largest packet. */
  readonly mtu?: number;
  /** Frames that wait in it for who reads the tap; 1000 if not given. */
  readonly queueFrames?: number;
  /** Whether it stays down. */
  readonly down?: boolean;
  /** Of a tap: the user that may attach to it. */
  readonly user?: number;
  /** Of a tap: the group whose members may. */
  readonly group?: number;
}

function ifreq(name: string): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(Ifreq.size);
  bytes.set(new TextEncoder().encode(name));
  return { bytes, view: new DataView(bytes.buffer) };
}

/** `struct sockaddr_in` of an address, at the place of an ifreq's data. */
function setAddress(bytes: Uint8Array, address: string): void {
  bytes.fill(0, Ifreq.flags);
  bytes[Ifreq.flags] = Family.INET;
  bytes.set(address.split(".").map(Number), Ifreq.flags + 4);
}

/** Sets up an interface that exists. */
export function configure(name: string, options: InterfaceOptions): void {
  const socket = new Socket([Family.INET, SocketType.DGRAM, 0], name);
  const { descriptor } = socket;
  const { bytes, view } = ifreq(name);
  if (options.address) {
    setAddress(bytes, options.address);
    ioctlWithStructure(descriptor, SIOCSIFADDR, bytes, name);
    setAddress(bytes, "255.255.255.0");
    ioctlWithStructure(descriptor, SIOCSIFNETMASK, bytes, name);
  }
  if (options.mtu) {
    view.setInt32(Ifreq.mtu, options.mtu, true);
    ioctlWithStructure(descriptor, SIOCSIFMTU, bytes, name);
  }
  if (options.queueFrames) {
    view.setInt32(Ifreq.mtu, options.queueFrames, true);
    ioctlWithStructure(descriptor, SIOCSIFTXQLEN, bytes, name);
  }
  ioctlWithStructure(descriptor, SIOCGIFFLAGS, bytes, name);
  const flags = view.getUint16(Ifreq.flags, true);
  view.setUint16(Ifreq.flags, options.down ? flags & ~IFF_UP : flags | IFF_UP, true);
  ioctlWithStructure(descriptor, SIOCSIFFLAGS, bytes, name);
  socket.close();
}

/** How long {@link waitUntilRunning} waits between looks, in milliseconds. */
const LOOK_MS = 2;

/**
 * Waits until frames that are sent to a tap reach who holds it. The kernel takes
 * note of a tap's new holder a while later, a second where many come and go, and
 * until then drops them.
 */
export function waitUntilRunning(name: string): void {
  const socket = new Socket([Family.INET, SocketType.DGRAM, 0], name);
  const { bytes, view } = ifreq(name);
  for (;;) {
    ioctlWithStructure(socket.descriptor, SIOCGIFFLAGS, bytes, name);
    if ((view.getUint16(Ifreq.flags, true) & InterfaceFlag.RUNNING) !== 0) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  }
  socket.close();
}

/** Opens a tap, which is made where it does not exist. */
export function openTap(
  name: string,
  flags: number = TunFlag.TAP | TunFlag.NO_PI,
): number {
  const descriptor = openFile("/dev/net/tun", "read-write");
  const { bytes, view } = ifreq(name);
  view.setUint16(Ifreq.flags, flags, true);
  ioctlWithStructure(descriptor, TunRequest.TUNSETIFF, bytes, name);
  return descriptor;
}

/** Makes a tap that stays, sets it up, and leaves it for a tender. */
export function makeTap(name: string, options: InterfaceOptions = {}): void {
  const descriptor = openTap(name);
  ioctlWithValue(descriptor, TUNSETPERSIST, 1, name);
  const { user, group } = options;
  if (user !== undefined) ioctlWithValue(descriptor, TUNSETOWNER, user, name);
  if (group !== undefined) ioctlWithValue(descriptor, TUNSETGROUP, group, name);
  closeFile(descriptor);
  configure(name, options);
}

/** Deletes a tap that was made to stay and that a tender may still hold. */
export async function deleteInterface(name: string): Promise<void> {
  const { success } = await new Deno.Command("ip", { args: ["link", "delete", name] })
    .output();
  if (!success) throw new Error(`cannot delete ${name}`);
}

/** Frames that came out of a tap, as its host counts them (man 5 proc_pid_net). */
export function framesFrom(tap: string): number {
  const line = readProc("/proc/thread-self/net/dev").split(`${tap}:`)[1]!;
  return Number(line.trim().split(/\s+/)[1]);
}

/**
 * Opens a socket for raw frames on an interface, as its host sends and receives
 * them.
 *
 * @param timeoutMs how long receiving waits
 */
export function frameSocket(name: string, timeoutMs = 5000): Socket {
  const socket = new Socket([AF_PACKET, SOCK_RAW, ETH_P_ALL << 8], name);
  const { bytes, view } = ifreq(name);
  ioctlWithStructure(socket.descriptor, SIOCGIFINDEX, bytes, name);
  // struct sockaddr_ll: family u16, protocol u16 (network order), index i32
  const address = new Uint8Array(20);
  const fields = new DataView(address.buffer);
  fields.setUint16(0, AF_PACKET, true);
  fields.setUint16(2, ETH_P_ALL);
  fields.setInt32(4, view.getInt32(Ifreq.flags, true), true);
  socket.bind(address);
  socket.setTimeout(timeoutMs);
  return socket;
}
