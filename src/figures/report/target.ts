/**
 * Where a report goes.
 *
 * @module
 */
import { SystemCallError } from "../../../ffi/errno.ts";
import { closeFile } from "../../../ffi/files.ts";
import { emptyFile, fillFile, statusOf } from "../../../ffi/held_file.ts";
import { mapAnonymous, type Mapping, mapShared } from "../../../ffi/memory.ts";
import { openFileOf } from "../../../ffi/passed.ts";
import {
  canBeMapped,
  giveName,
  kindAt,
  makeNameless,
  makeNew,
  openThere,
  openWriting,
  remove,
  rename,
  writeText,
} from "../../../ffi/report_file.ts";
import type { ReportTarget } from "../../contract/figures.ts";
import { type Needs, onDescriptors } from "../../contract/policy.ts";
import { encodeRaw } from "../../contract/raw_text.ts";
import { OperatorError } from "../../errors.ts";

/** More than a report can have: 64 devices, and what is said at the end. */
const MOST_REPORT_BYTES = 1 << 17;

/** A place for a report, open. */
export class ReportPlace {
  /** What the operator wrote. */
  readonly #flag: string;
  readonly #shown: string;
  readonly #file: number;
  /** Whether the report is in it while the guest runs. */
  readonly #live: boolean;
  /** The name that it is to get, and the one that it has until then. */
  readonly #name:
    | { readonly path: string; readonly until: string | undefined }
    | undefined;

  private constructor(
    { flag, shown, file, live, name }: {
      flag: string;
      shown: string;
      file: number;
      live: boolean;
      name?: { path: string; until: string | undefined };
    },
  ) {
    this.#flag = flag;
    this.#shown = shown;
    this.#file = file;
    this.#live = live;
    this.#name = name;
    if (!live) openWriting();
  }

  /** Its descriptor, for another start of this program. */
  get descriptor(): number {
    return this.#file;
  }

  /**
   * Opens it.
   *
   * @param held its descriptor, where a start before this one has written the
   * report's text already
   * @throws {OperatorError} where nothing can be written there
   */
  static open(target: ReportTarget, held?: number): ReportPlace {
    const shown = "path" in target ? target.path : `@${target.descriptor}`;
    const flag = `--report=${shown}`;
    try {
      if (held !== undefined) {
        return new ReportPlace({ flag, shown, file: held, live: canBeMapped(held) });
      }
      return "path" in target
        ? openPath(target.path, (how) => new ReportPlace({ flag, shown, ...how }))
        : new ReportPlace({ flag, shown, ...passed(flag, target.descriptor) });
    } catch (error) {
      throw refusal(flag, error);
    }
  }

  /**
   * Writes the text that the report begins as, and maps it.
   *
   * @param written whether another start has written it
   * @throws {OperatorError} where there is no room for it
   */
  map(bytes: Uint8Array<ArrayBuffer>, written: boolean): Mapping {
    try {
      if (!this.#live) {
        const mapping = mapAnonymous(bytes.length, "report");
        mapping.bytes.set(bytes);
        return mapping;
      }
      if (!written) {
        if (this.#name === undefined) emptyFile(this.#file, this.#shown);
        fillFile(this.#file, bytes, this.#shown);
        this.#publish();
      }
      return mapShared(this.#file, bytes.length, this.#shown);
    } catch (error) {
      throw refusal(this.#flag, error);
    }
  }

  #publish(): void {
    if (this.#name === undefined) return;
    const path = encodeRaw(this.#name.path);
    let { until } = this.#name;
    if (until === undefined) {
      if (giveName(this.#file, path, this.#shown)) return;
      until = temporary(this.#name.path);
      giveName(this.#file, encodeRaw(until), this.#shown);
    }
    rename(encodeRaw(until), path, this.#shown);
  }

  /**
   * The report is complete: where it was not there all the time, it is written.
   *
   * @returns a sentence where it could not be
   */
  finish(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    if (this.#live) return undefined;
    const failure = writeText(this.#file, bytes, this.#flag);
    return failure &&
      `${failure.message}: the report is not whole; give it a file with room`;
  }

  /** What {@link finish} takes. */
  needs(): Needs {
    if (this.#live) return { permits: [] };
    const descriptor = { descriptor: this.#file, name: "report" };
    return {
      descriptors: [descriptor],
      // A file that can only be written to; wherever in it that is.
      fileBytes: (statusOf(this.#file)?.sizeBytes ?? 0) + MOST_REPORT_BYTES,
      permits: [{
        call: "write",
        rules: [onDescriptors([descriptor])],
        reason: "the report, when the guest has ended",
      }],
    };
  }

  /** Gives back what was opened by a path, and leaves nothing where that is. */
  abandon(): void {
    if (this.#flag.startsWith("--report=@")) return;
    closeFile(this.#file);
    if (this.#name?.until !== undefined) remove(encodeRaw(this.#name.until));
  }

  /** Lets go of the file where it is mapped. */
  release(): void {
    if (this.#live) closeFile(this.#file);
  }
}

/** How a place was opened. */
interface Opened {
  readonly file: number;
  readonly live: boolean;
  readonly name?: { path: string; until: string | undefined };
}

function openPath(path: string, made: (how: Opened) => ReportPlace): ReportPlace {
  const bytes = encodeRaw(path);
  if (kindAt(bytes, path) === "other") {
    const file = openThere(bytes, path);
    return made({ file, live: canBeMapped(file) });
  }
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "." : path.slice(0, slash + 1);
  const nameless = makeNameless(encodeRaw(directory), directory);
  if (nameless !== undefined) {
    return made({ file: nameless, live: true, name: { path, until: undefined } });
  }
  const until = temporary(path);
  const file = makeNew(encodeRaw(until), path);
  return made({ file, live: true, name: { path, until } });
}

/** A name beside a path that nobody else has. */
function temporary(path: string): string {
  return `${path}.${crypto.getRandomValues(new Uint8Array(4)).toHex()}.partial`;
}

function passed(flag: string, descriptor: number): Opened {
  const { own, writes, reads } = openFileOf(descriptor);
  if (own || !writes) {
    throw new OperatorError(
      flag,
      own
        ? "this descriptor was not passed, it is the program's own (close-on-exec)"
        : "it is open for reading only",
      "pass a descriptor that can be written",
    );
  }
  return { file: descriptor, live: reads && canBeMapped(descriptor) };
}

function refusal(flag: string, error: unknown): unknown {
  if (!(error instanceof SystemCallError)) return error;
  return new OperatorError(
    flag,
    error.message,
    flag.startsWith("--report=@")
      ? "pass an open descriptor that can be written"
      : "give a path that this user can write",
    error,
  );
}
