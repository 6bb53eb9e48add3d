/**
 * `sys/socket.h`, `sys/un.h`, `netinet/in.h` and `netinet/tcp.h` (the same on
 * x86_64 and aarch64). Ports and addresses of the internet are big-endian.
 *
 * @module
 */

/** Address families. */
export const Family = { UNIX: 1, INET: 2 } as const;

/** Kinds of socket, and the flag that keeps one from being passed on. */
export const SocketType = { STREAM: 1, DGRAM: 2, CLOEXEC: 0x80000 } as const;

/** Levels of options: of every socket, and of TCP. */
export const OptionLevel = { SOL_SOCKET: 1, IPPROTO_TCP: 6 } as const;

/** Options of every socket. */
export const SocketOption = {
  REUSEADDR: 2,
  RCVTIMEO: 20,
  SNDTIMEO: 21,
  DOMAIN: 39,
} as const;

/** Options of TCP. */
export const TcpOption = { NODELAY: 1 } as const;

/** Flags of `recv` and `send`. */
export const MessageFlag = { DONTWAIT: 0x40, NOSIGNAL: 0x4000 } as const;

/** `shutdown`: nothing more is going to be sent. */
export const SHUT_WR = 1;

/** `struct sockaddr_in`. */
export const InternetAddress = { size: 16, family: 0, port: 2, address: 4 } as const;

/** `struct sockaddr_un`; a path has a NUL behind it. */
export const UnixAddress = { size: 110, family: 0, path: 2, mostPathBytes: 107 } as const;
