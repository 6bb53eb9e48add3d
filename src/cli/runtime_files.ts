/**
 * Files through the runtime's own functions, for systems whose libc this program
 * does not know. They need its permissions to read and to write.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../ffi/errno.ts";
import { OperatorError } from "../errors.ts";
import { type ImageSource, truncated } from "../image/source.ts";
import type { HostFiles } from "./host_files.ts";

/** Files through the runtime. */
export const RUNTIME_FILES: HostFiles = { openImage, readWhole, writeWhole };

/**
 * Has a failure of the runtime's be told as one of libc's, or, where libc has none
 * like it, in the runtime's words.
 */
function named<T>(call: string, path: string, action: () => T): T {
  // The runtime's own words for this have no code.
  if (path === "") throw new SystemCallError(call, path, Errno.ENOENT);
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) throw error;
    const code = "code" in error ? String(error.code) : "";
    if (Object.hasOwn(Errno, code)) {
      throw new SystemCallError(call, path, Errno[code as keyof typeof Errno]);
    }
    const problem = `${call}: ${error.message}`;
    throw new OperatorError(path, problem, "look at the host, or give another", error);
  }
}

const REMEDY = "give the path of a unikernel's file that can be read";

/** Has a failure be told as the operator of an image reads it. */
function described<T>(path: string, call: string, action: () => T): T {
  try {
    return named(call, path, action);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new OperatorError(path === "" ? '""' : path, error.problem, REMEDY, error);
  }
}

function openImage(path: string): ImageSource {
  const { isDirectory, isFile } = described(path, "open", () => Deno.statSync(path));
  if (isDirectory) throw new OperatorError(path, "is a directory", REMEDY);
  if (!isFile) throw new OperatorError(path, "has no size", REMEDY);
  const file = described(path, "open", () => Deno.openSync(path));
  const sizeBytes = file.seekSync(0, Deno.SeekMode.End);
  return {
    name: path,
    sizeBytes,
    read(offset, target) {
      described(path, "read", () => file.seekSync(offset, Deno.SeekMode.Start));
      for (let done = 0; done < target.length;) {
        const count = described(
          path,
          "read",
          () => file.readSync(target.subarray(done)),
        );
        if (count === null) {
          throw truncated(path, offset, target.length, offset + done);
        }
        done += count;
      }
    },
    close: () => file.close(),
  };
}

function readWhole(
  path: string | undefined,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const name = path ?? "standard input";
  const file = path === undefined
    ? Deno.stdin
    : named("open", name, () => Deno.openSync(path));
  try {
    const bytes = new Uint8Array(mostBytes);
    let done = 0;
    while (done < mostBytes) {
      const count = named("read", name, () => file.readSync(bytes.subarray(done)));
      if (count === null) break;
      done += count;
    }
    return bytes.slice(0, done);
  } finally {
    if (file instanceof Deno.FsFile) file.close();
  }
}

/** Writes into a new file beside it, which then takes its place. */
function writeWhole(path: string, bytes: Uint8Array<ArrayBuffer>): void {
  const earlier = statusOf(path);
  if (earlier !== undefined && !earlier.isFile) {
    return named("write", path, () => Deno.writeFileSync(path, bytes));
  }
  const target = earlier === undefined
    ? path
    : named("open", path, () => Deno.realPathSync(path));
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16);
  const beside = `${directoryOf(target)}.solo5-${random}`;
  try {
    named("open", path, () => Deno.writeFileSync(beside, bytes, { createNew: true }));
    // Windows has no such bits.
    if (typeof earlier?.mode === "number" && Deno.build.os !== "windows") {
      const mode = earlier.mode & 0o7777;
      named("chmod", path, () => Deno.chmodSync(beside, mode));
    }
    named("rename", path, () => Deno.renameSync(beside, target));
  } catch (error) {
    try {
      Deno.removeSync(beside);
    } catch {
      // It was not there.
    }
    throw error;
  }
}

function statusOf(path: string): Deno.FileInfo | undefined {
  try {
    return named("open", path, () => Deno.statSync(path));
  } catch (error) {
    const missing = error instanceof SystemCallError && error.errno === Errno.ENOENT;
    if (missing) return undefined;
    throw error;
  }
}

/** The part of a path before the last name: "" or ending in a separator. */
function directoryOf(path: string): string {
  return path.slice(0, 1 + Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
}
