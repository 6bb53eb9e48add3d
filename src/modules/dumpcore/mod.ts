/**
 * Core dumps: the guest's memory and registers in a file that gdb opens, when
 * the guest aborts, does what no guest may, or is told to quit.
 *
 * Everything is opened before the guest runs. Afterwards a dump is `mprotect` of
 * guest memory, `pread64` of the page map, and `pwritev`, `ftruncate`, `fsync`,
 * `linkat` (`unlinkat`, `renameat2`) of the file that is there already.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../../ffi/errno.ts";
import { HiddenFile } from "../../../ffi/hidden_file.ts";
import type { UserIds } from "../../../ffi/identity.ts";
import { withoutCapabilities } from "../../../ffi/rights.ts";
import { Pagemap } from "../../../ffi/pagemap.ts";
import { PAGE_BYTES } from "../../contract/limits.ts";
import { type Needs, onDescriptors, type Permit } from "../../contract/policy.ts";
import { encodeRaw } from "../../contract/raw_text.ts";
import type { Vcpu } from "../../contract/vcpu.ts";
import type {
  GuestEnd,
  Say,
  Watch,
  WatchBinding,
  WatchedGuest,
  WatchModule,
} from "../../contract/watch.ts";
import { OperatorError, printable } from "../../errors.ts";
import { encodeHead, MEMORY_OFFSET } from "./core_file.ts";
import { coreFileNeeds } from "./needs.ts";
import { findHeld } from "./pages.ts";
import { coreRegisters, readTrapFrame } from "./registers.ts";
import { signalOf, SIGQUIT } from "./signal.ts";

type DumpcoreBinding = Extract<WatchBinding, { readonly name: "dumpcore" }>;

class CoreDump implements Watch {
  readonly signals: readonly number[] = [SIGQUIT];
  /** Asked for early: a sealed process does not learn it. */
  readonly #processId = Deno.pid;
  readonly #say: Say;
  readonly #path: string;
  readonly #file: HiddenFile;
  readonly #pagemap: Pagemap;
  #guest: WatchedGuest | undefined;
  #registers: readonly Permit[] = [];

  constructor(directory: string, say: Say) {
    // The name that Solo5's tender gives it, whatever the program is called.
    const name = `core.solo5-hvt.${this.#processId}`;
    this.#say = (sentence) => say(printable(`dumpcore: ${sentence}`));
    this.#path = `${directory.replace(/\/+$/, "")}/${name}`;
    // Its reader learns physical addresses by the rights that it was opened with.
    this.#pagemap = withoutCapabilities(() => new Pagemap());
    try {
      this.#file = HiddenFile.create(encodeRaw(directory), name);
    } catch (error) {
      this.#pagemap.close();
      throw error;
    }
  }

  begin(guest: WatchedGuest): Vcpu {
    this.#guest = guest;
    this.#registers = guest.debug.prepare("state");
    return guest.vcpu;
  }

  ready(user: UserIds | undefined): void {
    if (user === undefined) return;
    try {
      this.#file.handOver(user);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      throw new OperatorError(this.#path, error.problem, remedyAtEnd(error.errno), error);
    }
  }

  needs(): Needs {
    const file = coreFileNeeds(this.#file);
    const pages = { descriptor: this.#pagemap.descriptor, name: "page map" };
    return {
      ...file,
      fileBytes: MEMORY_OFFSET + (this.#guest?.host.sizeBytes ?? 0),
      descriptors: [...file.descriptors ?? [], pages],
      permits: [
        ...file.permits,
        {
          call: "pread64",
          rules: [onDescriptors([pages])],
          reason: "which memory holds something",
        },
        { call: "close", rules: [onDescriptors([pages])], reason: "the dump is done" },
        ...this.#registers,
      ],
    };
  }

  end(end: GuestEnd): void {
    const signal = signalOf(end);
    try {
      if (signal !== undefined) this.#dump(this.#guest!, signal, "status" in end);
    } catch (error) {
      // The guest's own end is what counts.
      this.#say(`no core is written to ${this.#path}: ${describe(error)}`);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (!this.#file.close()) {
      this.#say(
        `no core was needed: ${this.#path} is empty, and this user may not remove it`,
      );
    }
    this.#pagemap.close();
  }

  #dump(guest: WatchedGuest, signal: number, halted: boolean): void {
    this.#say(`dumping guest core to: ${this.#path}`);
    const { vcpu, memory, host, imageName, commandLine } = guest;
    const frame = halted ? readTrapFrame(memory, host, vcpu.portData) : undefined;
    const head = encodeHead({
      memoryBytes: host.sizeBytes,
      registers: coreRegisters(vcpu.state(), frame),
      signal,
      processId: this.#processId,
      imageName,
      commandLine,
    });
    this.#file.setLength(MEMORY_OFFSET + host.sizeBytes);
    this.#file.write(0, head);
    const pages = this.#writeMemory(guest);
    this.#file.publish();
    const total = host.sizeBytes / PAGE_BYTES;
    this.#say(`dumped ${pages} pages of total ${total} pages`);
  }

  /** Writes what guest memory holds; returns the number of pages. */
  #writeMemory({ memory, host, protectedRanges, protectMemory }: WatchedGuest): number {
    for (const range of protectedRanges) {
      if (!range.readable) protectMemory(range, { readable: true, writable: false });
    }
    let pages = 0;
    const inUse = (address: bigint, count: number) => this.#pagemap.inUse(address, count);
    for (const { start, end } of findHeld(host, inUse)) {
      const length = end - start;
      this.#file.writeMemory(
        MEMORY_OFFSET + start,
        length,
        (vector, done) => memory.locate(vector, start + done, length - done),
      );
      pages += length / PAGE_BYTES;
    }
    return pages;
  }
}

/** What is wrong, and the way out. */
function describe(error: unknown): string {
  if (!(error instanceof SystemCallError)) return `${error}; please report it`;
  return `${error.problem}; ${remedyAtEnd(error.errno)}`;
}

function remedyAtEnd(errno: number): string {
  switch (errno) {
    case Errno.EEXIST:
      return "the older core is kept: move it away";
    case Errno.ENOSPC:
    case Errno.EDQUOT:
      return "make room";
    case Errno.EFBIG:
      return "a core is as long as guest memory: raise the limit (ulimit -f), or give another file system";
    default:
      return "look at the directory";
  }
}

function remedyAtStart(error: SystemCallError, directory: string): string {
  if (ofProc(error)) return "mount /proc";
  switch (error.errno) {
    case Errno.ENOENT:
      return `make it: mkdir ${directory}`;
    case Errno.ENOTDIR:
      return "give a directory";
    case Errno.EACCES:
    case Errno.EPERM:
    case Errno.EROFS:
      return "give a directory that this user can write";
    case Errno.ENOSPC:
    case Errno.EDQUOT:
      return "make room";
    default:
      return "give a directory on another file system";
  }
}

function ofProc(error: SystemCallError): boolean {
  return error.object.startsWith("/proc/");
}

const dumpcore: WatchModule<DumpcoreBinding> = {
  name: "dumpcore",
  prepare({ directory }, say) {
    try {
      return new CoreDump(directory, say);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      throw new OperatorError(
        `--dumpcore=${directory}`,
        ofProc(error) ? error.message : error.problem,
        remedyAtStart(error, directory),
        error,
      );
    }
  },
};

export default dumpcore;
