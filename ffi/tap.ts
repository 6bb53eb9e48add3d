/**
 * Tap interfaces: attaching to one that exists, and asking about it.
 *
 * @module
 */
import { checked, Errno, SystemCallError } from "./errno.ts";
import { closeFile, openFile } from "./files.ts";
import { ioctlWithStructure } from "./ioctl.ts";
import { symbolGroup } from "./libc.ts";
import { Family, SocketType } from "./linux/socket.ts";
import {
  Ifreq,
  InterfaceFlag,
  InterfaceRequest,
  TunFlag,
  TunRequest,
} from "./linux/tun.ts";
import {
  describeDescriptor,
  keepToThisProcess,
  makeNonblocking,
  openFileOf,
} from "./passed.ts";

const libc = symbolGroup("interfaces", {
  // int socket(int domain, int type, int protocol)
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
});

const CLONE_DEVICE = "/dev/net/tun";

/** What the kernel says of an interface. */
export interface InterfaceState {
  /** Whether it is up, administratively or with a carrier. */
  readonly up: boolean;
  /** Largest packet, without the Ethernet header. */
  readonly mtuBytes: number;
}

function ifreq(name: string): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(Ifreq.size);
  bytes.set(new TextEncoder().encode(name), Ifreq.name);
  return { bytes, view: new DataView(bytes.buffer) };
}

/**
 * Asks for an interface of this network namespace.
 *
 * @throws {SystemCallError} when there is none of this name (ENODEV)
 */
export function interfaceState(name: string): InterfaceState {
  const socket = checked(
    libc().socket(Family.INET, SocketType.DGRAM | SocketType.CLOEXEC, 0),
    "socket",
    name,
  );
  try {
    const request = ifreq(name);
    ioctlWithStructure(socket, InterfaceRequest.SIOCGIFFLAGS, request.bytes, name);
    const flags = request.view.getUint16(Ifreq.flags, true);
    ioctlWithStructure(socket, InterfaceRequest.SIOCGIFMTU, request.bytes, name);
    return {
      up: (flags & (InterfaceFlag.UP | InterfaceFlag.RUNNING)) !== 0,
      mtuBytes: request.view.getInt32(Ifreq.mtu, true),
    };
  } finally {
    closeFile(socket);
  }
}

/**
 * Attaches to a tap, for frames without any header of the kernel's. Where no
 * interface has that name the kernel would make one: ask
 * {@link interfaceState} first.
 *
 * @returns a descriptor that does not block
 * @throws {SystemCallError} when it is in use, no tap, or not ours to use
 */
export function attachTap(name: string): number {
  const descriptor = openFile(CLONE_DEVICE, "read-write");
  try {
    const request = ifreq(name);
    request.view.setUint16(Ifreq.flags, TunFlag.TAP | TunFlag.NO_PI, true);
    ioctlWithStructure(descriptor, TunRequest.TUNSETIFF, request.bytes, name);
    return descriptor;
  } catch (error) {
    closeFile(descriptor);
    throw error;
  }
}

/** What is behind a descriptor that was passed to this program. */
export interface PassedTap {
  /** The interface's name, in the network namespace that it is in. */
  readonly name: string;
  /** Whether it carries bare Ethernet frames. */
  readonly bareFrames: boolean;
  /** Whether it is this process's own, and was not passed (`OpenFile`). */
  readonly own: boolean;
}

/**
 * Asks what an open descriptor is, and makes it one that does not block and is
 * not passed on.
 *
 * @throws {SystemCallError} EBADF where it is not open, ENOTTY, EINVAL or EBADFD
 * where it is no attached tap
 */
export function adoptTap(descriptor: number): PassedTap {
  const object = describeDescriptor(descriptor);
  const request = ifreq("");
  ioctlWithStructure(descriptor, TunRequest.TUNGETIFF, request.bytes, object);
  const flags = request.view.getUint16(Ifreq.flags, true);
  const { own } = openFileOf(descriptor);
  const name = new TextDecoder().decode(request.bytes.subarray(0, Ifreq.nameBytes));
  const bareFrames = (flags & (TunFlag.TUN | TunFlag.TAP)) === TunFlag.TAP &&
    (flags & TunFlag.NO_PI) !== 0 && (flags & TunFlag.VNET_HDR) === 0;
  // What is going to be refused stays as it is for whoever else has it.
  if (bareFrames && !own) {
    makeNonblocking(descriptor);
    keepToThisProcess(descriptor);
  }
  return { name: name.slice(0, name.indexOf("\0")), bareFrames, own };
}

/** Whether a failure says that there is no such interface here. */
export function isNoInterface(error: unknown): boolean {
  return error instanceof SystemCallError && error.errno === Errno.ENODEV;
}
