/**
 * `linux/if_tun.h`, `linux/if.h` and `linux/sockios.h` (the same on x86_64 and
 * aarch64).
 *
 * @module
 */
import { request } from "./request.ts";

/** Requests on `/dev/net/tun`. */
export const TunRequest = {
  TUNSETIFF: request("TUNSETIFF", 0x400454ca),
  TUNGETIFF: request("TUNGETIFF", 0x800454d2),
} as const;

/** Requests on a socket. */
export const InterfaceRequest = {
  SIOCGIFFLAGS: request("SIOCGIFFLAGS", 0x8913),
  SIOCGIFMTU: request("SIOCGIFMTU", 0x8921),
} as const;

/** Flags of a tun or tap device. */
export const TunFlag = { TUN: 1, TAP: 2, NO_PI: 0x1000, VNET_HDR: 0x4000 } as const;

/** Flags of an interface. */
export const InterfaceFlag = { UP: 1, RUNNING: 0x40 } as const;

/** `struct ifreq`. */
export const Ifreq = { size: 40, name: 0, nameBytes: 16, flags: 16, mtu: 16 } as const;

/** Length of an Ethernet header, in bytes. */
export const ETHERNET_HEADER_BYTES = 14;
