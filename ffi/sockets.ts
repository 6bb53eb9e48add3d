/**
 * A socket that one other program of this host connects to: of the loopback
 * interface, or of a path in the file system.
 *
 * Whatever waits here returns at a signal, and after a second in any case.
 *
 * @module
 */
import { checked, Errno, openErrno, SystemCallError } from "./errno.ts";
import { closeFile, shown } from "./files.ts";
import { symbolGroup } from "./libc.ts";
import { FcntlCommand, OpenFlag } from "./linux/fcntl.ts";
import {
  Family,
  InternetAddress,
  MessageFlag,
  OptionLevel,
  SHUT_WR,
  SocketOption,
  SocketType,
  TcpOption,
  UnixAddress,
} from "./linux/socket.ts";

const libc = symbolGroup("sockets", {
  // int socket(int domain, int type, int protocol)
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  // int bind(int fd, const struct sockaddr *address, socklen_t length)
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int listen(int fd, int backlog)
  listen: { parameters: ["i32", "i32"], result: "i32" },
  // int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  // ssize_t recv(int fd, void *buffer, size_t length, int flags); less than 2 GiB
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  // ssize_t send(int fd, const void *buffer, size_t length, int flags); likewise
  send: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  // int shutdown(int fd, int how)
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  // int fcntl(int fd, int op, int arg)
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
});

const internet = symbolGroup("loopback sockets", {
  // int getsockname(int fd, struct sockaddr *address, socklen_t *length)
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
});

const local = symbolGroup("local sockets", {
  // int fchmod(int fd, mode_t mode)
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  // int unlink(const char *path)
  unlink: { parameters: ["buffer"], result: "i32" },
});

/** How long a wait lasts at most, in seconds. */
const WAIT_SECONDS = 1n;

/** Only its owner may connect. */
const OWNER_ONLY = 0o600;

/** Others that may wait for the first to be accepted: none. */
const BACKLOG = 0;

/** A socket that others can connect to. */
export interface Listener {
  /** Its descriptor. */
  readonly descriptor: number;
  /** Closes it; nobody can connect any more. May be called more than once. */
  close(): void;
}

/**
 * Listens on a port of 127.0.0.1, and of no other address.
 *
 * @param port 0 for one that is free
 * @returns with the port
 * @throws {SystemCallError} EADDRINUSE, or EACCES for a port below 1024
 */
export function listenOnLoopback(port: number): Listener & { readonly port: number } {
  const object = `port ${port}`;
  const address = new Uint8Array(InternetAddress.size);
  const view = new DataView(address.buffer);
  view.setUint16(InternetAddress.family, Family.INET, true);
  view.setUint16(InternetAddress.port, port);
  address.set([127, 0, 0, 1], InternetAddress.address);
  const descriptor = listen(Family.INET, address, object, (descriptor) => {
    // A port whose last connection has just ended can be had again.
    setOption(descriptor, SocketOption.REUSEADDR, one(), object);
  });
  const length = new Uint8Array(Uint32Array.of(address.length).buffer);
  internet().getsockname(descriptor, address, length);
  const bound = view.getUint16(InternetAddress.port);
  return { descriptor, port: bound, close: closeOnce(descriptor) };
}

/**
 * Makes a socket in the file system that only this user can connect to. It must
 * not exist; closing removes it.
 *
 * @param path its name; bytes, since it may not be UTF-8
 * @throws {SystemCallError} EADDRINUSE where there is something of that name,
 * ENAMETOOLONG, ENOENT where the directory is missing
 */
export function listenAt(path: Uint8Array<ArrayBuffer>): Listener {
  const object = shown(path);
  if (path.length > UnixAddress.mostPathBytes) {
    throw new SystemCallError("bind", object, Errno.ENAMETOOLONG);
  }
  const address = new Uint8Array(UnixAddress.path + path.length + 1);
  new DataView(address.buffer).setUint16(UnixAddress.family, Family.UNIX, true);
  address.set(path, UnixAddress.path);
  const descriptor = listen(Family.UNIX, address, object, (descriptor) => {
    // `bind` gives the file what the socket has, less the umask (man 7 unix).
    checked(local().fchmod(descriptor, OWNER_ONLY), "fchmod", object);
  });
  const close = closeOnce(descriptor, () => {
    local().unlink(address.subarray(UnixAddress.path));
  });
  return { descriptor, close };
}

function listen(
  family: number,
  address: Uint8Array<ArrayBuffer>,
  object: string,
  prepare: (descriptor: number) => void,
): number {
  const descriptor = checked(
    libc().socket(family, SocketType.STREAM | SocketType.CLOEXEC, 0),
    "socket",
    object,
  );
  try {
    prepare(descriptor);
    waitBriefly(descriptor, object);
    checked(libc().bind(descriptor, address, address.length), "bind", object);
    checked(libc().listen(descriptor, BACKLOG), "listen", object);
    return descriptor;
  } catch (error) {
    closeFile(descriptor);
    throw error;
  }
}

function closeOnce(descriptor: number, also = () => {}): () => void {
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    closeFile(descriptor);
    also();
  };
}

function setOption(
  descriptor: number,
  option: number,
  value: Uint8Array<ArrayBuffer>,
  object: string,
): void {
  const { SOL_SOCKET } = OptionLevel;
  const result = libc().setsockopt(descriptor, SOL_SOCKET, option, value, value.length);
  checked(result, "setsockopt", object);
}

/** An `int` that says yes. */
function one(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.of(1).buffer);
}

function waitBriefly(descriptor: number, object: string): void {
  // struct timeval: seconds, microseconds
  const time = new Uint8Array(BigInt64Array.of(WAIT_SECONDS, 0n).buffer);
  setOption(descriptor, SocketOption.RCVTIMEO, time, object);
  setOption(descriptor, SocketOption.SNDTIMEO, time, object);
}

/**
 * Waits for somebody to connect.
 *
 * @returns the connection, or undefined when nobody did so far
 * @throws {SystemCallError} when no more can be accepted
 */
export function accept(listener: Listener, object: string): Connection | undefined {
  const [{ accept4 }, lastErrno] = [libc(), openErrno()];
  const descriptor = accept4(listener.descriptor, null, null, SocketType.CLOEXEC);
  const errno = lastErrno[0]!;
  if (descriptor >= 0) return new Connection(descriptor, object);
  if (PASSING.includes(errno)) return undefined;
  throw new SystemCallError("accept", object, errno);
}

/** What only says that there is nothing now, or that the caller went away. */
const PASSING: readonly number[] = [
  Errno.EINTR,
  Errno.EAGAIN,
  Errno.ECONNABORTED,
];

/** A connection to another program. */
export class Connection {
  /** Its descriptor. */
  readonly descriptor: number;
  readonly #object: string;
  readonly #buffer = new Uint8Array(4096);
  /** Read as it is: a call could be compiled first, which calls libc itself. */
  readonly #lastErrno = openErrno();
  /** Closes it. May be called more than once. */
  readonly close: () => void;

  /** @param object what messages call it */
  constructor(descriptor: number, object: string) {
    this.descriptor = descriptor;
    this.#object = object;
    this.close = closeOnce(descriptor);
    waitBriefly(descriptor, object);
    const { IPPROTO_TCP } = OptionLevel;
    // Fails, and is not needed, on a local socket.
    libc().setsockopt(descriptor, IPPROTO_TCP, TcpOption.NODELAY, one(), 4);
  }

  /**
   * From now on SIGIO tells this process that there is something to receive, or
   * that the connection has ended.
   *
   * @throws {SystemCallError} when the kernel refuses
   */
  signalInput(): void {
    const { fcntl } = libc();
    const set = (command: number, argument: number, name: string) =>
      checked(fcntl(this.descriptor, command, argument), name, this.#object);
    set(FcntlCommand.SETOWN, Deno.pid, "F_SETOWN");
    set(FcntlCommand.SETFL, OpenFlag.ASYNC, "F_SETFL");
  }

  /**
   * Takes what has arrived.
   *
   * @param wait whether to wait for it
   * @returns the bytes, good until the next call; none when nothing came;
   * undefined when the other side has closed the connection, or it is broken
   */
  receive(wait: boolean): Uint8Array<ArrayBuffer> | undefined {
    const flags = wait ? 0 : MessageFlag.DONTWAIT;
    const { length } = this.#buffer;
    const count = libc().recv(this.descriptor, this.#buffer, length, flags);
    const errno = this.#lastErrno[0]!;
    if (count > 0) return this.#buffer.subarray(0, count);
    return count < 0 && PASSING.includes(errno) ? NOTHING : undefined;
  }

  /**
   * Sends as many of the bytes as the other side takes.
   *
   * @returns how many; undefined when the connection has ended
   */
  send(bytes: Uint8Array<ArrayBuffer>): number | undefined {
    const { NOSIGNAL } = MessageFlag;
    const count = libc().send(this.descriptor, bytes, bytes.length, NOSIGNAL);
    const errno = this.#lastErrno[0]!;
    if (count >= 0) return count;
    return PASSING.includes(errno) ? 0 : undefined;
  }

  /** Says that nothing more is going to be sent. */
  finish(): void {
    libc().shutdown(this.descriptor, SHUT_WR);
  }
}

const NOTHING = new Uint8Array();
