/**
 * Failures in the words that users of `solo5-hvt` know, with the way out behind
 * them.
 *
 * @module
 */
import { Errno, SystemCallError } from "../../ffi/errno.ts";
import { errorText } from "../../ffi/error_text.ts";
import type { HvtRefusal } from "../binding/hvt_options.ts";
import { ImageError, OperatorError, printable, SizeMismatch } from "../errors.ts";
import { describeEnd } from "./output.ts";

/**
 * Says a failure.
 *
 * @param kernel the image's path, as the operator gave it
 */
export function describeAsHvt(error: unknown, kernel: string): HvtRefusal {
  if (error instanceof ImageError) return plain(describeImage(error));
  if (error instanceof OperatorError) {
    const said = describeOperatorError(error, kernel);
    if (said !== undefined) return said;
  }
  return plain(describeEnd(error).sentence);
}

function plain(line: string): HvtRefusal {
  return { lines: [line], usage: false };
}

/** What that program says of an image, by the structure that is wrong. */
const IMAGE_SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^ABI note, target$/, "Executable is not for the solo5-hvt target"],
  [/^ABI note, version$/, "Executable requests unsupported ABI version"],
  [/^manifest/, "Solo5 manifest is invalid"],
  [/ABI note/, "No Solo5 ABI information found in executable"],
  [/manifest note/, "No Solo5 manifest found in executable"],
];

function describeImage(error: ImageError): string {
  const { file, structure, found } = error.defect;
  const about = structure === "notes" ? found : structure;
  const words = IMAGE_SENTENCES.find(([pattern]) => pattern.test(about))?.[1];
  const number = words?.endsWith("version") ? ` ${found}` : "";
  const name = printable(file);
  // The error's own sentence begins with the name and a colon.
  const details = error.message.slice(name.length + 2);
  return words === undefined
    ? `${name}: invalid executable: ${details}`
    : `${name}: ${words}${number}; ${details}`;
}

function describeOperatorError(
  error: OperatorError,
  kernel: string,
): HvtRefusal | undefined {
  const { thing, remedy, cause } = error;
  const value = thing.slice(thing.indexOf("=") + 1);
  if (cause instanceof SizeMismatch) {
    const name = /^--block:([^=]*)/.exec(thing)?.[1];
    const size = `(${cause.unitBytes} bytes)`;
    const rule = cause.bytes % cause.unitBytes === 0
      ? `Backing storage must be at least 1 block ${size} in size`
      : `Backing storage size must be block aligned ${size}`;
    return plain(`${name}: ${rule}; ${error.problem}: ${remedy}`);
  }
  if (!(cause instanceof SystemCallError)) return undefined;
  // Only for what failed early: the words are looked up, which a sealed process
  // cannot do.
  const reason = () => `${errorText(errnoOf(cause))}; ${remedy}`;
  if (thing.startsWith("--net:")) {
    return {
      lines: [
        `Could not attach interface: ${value}: ${reason()}`,
        `Invalid option: \`${thing}'`,
      ],
      usage: true,
    };
  }
  if (thing.startsWith("--block:")) {
    return plain(
      cause.call === "lseek"
        ? `${value}: Could not determine capacity: ${reason()}`
        : `Could not open block device: ${value}: ${reason()}`,
    );
  }
  if (thing.startsWith("--dumpcore=")) {
    const words = NOT_WRITABLE.includes(cause.errno)
      ? "dir not writable"
      : "cannot open dir";
    return plain(`dumpcore: ${words}: ${value}: ${reason()}`);
  }
  if (thing.startsWith("--gdb=")) return plain(`${cause.call} failed: ${reason()}`);
  if (cause.call !== "open") return undefined;
  return plain(
    thing === kernel || kernel === ""
      ? `${kernel}: Could not open: ${reason()}`
      : `Could not open: ${thing}: ${reason()}`,
  );
}

/** What says that a directory is there, and nothing can be made in it. */
const NOT_WRITABLE: readonly number[] = [Errno.EACCES, Errno.EPERM, Errno.EROFS];

/** That program looks an interface up by its name before it asks for it. */
function errnoOf({ call, errno }: SystemCallError): number {
  return call === "SIOCGIFFLAGS" && errno === Errno.ENODEV ? Errno.ENOENT : errno;
}
