/**
 * A unikernel's file, read and checked.
 *
 * @module
 */
import { hex } from "../contract/hex.ts";
import {
  LOWEST_IMAGE_ADDRESS,
  MEBIBYTE,
  MEMORY_STEP_BYTES,
  MOST_MEMORY_BYTES,
} from "../contract/limits.ts";
import { ImageError } from "../errors.ts";
import { type AbiVersion, decodeAbi } from "./abi.ts";
import { FieldOffset, readElfHeaders } from "./elf.ts";
import { decodeManifest, type Manifest } from "./manifest.ts";
import { readNotes } from "./notes.ts";
import { type Layout, layOutSegments } from "./segments.ts";
import type { ImageSource } from "./source.ts";

/** An image that can be run, given enough memory and its devices. */
export interface Image {
  /** Where it came from; the segments' bytes are still to be read. */
  readonly source: ImageSource;
  /** The version of the guest ABI that it was built for. */
  readonly abi: AbiVersion;
  /** The devices that it declares. */
  readonly manifest: Manifest;
  /** Address of its first instruction (gpa). */
  readonly entry: number;
  /** What goes into memory. */
  readonly layout: Layout;
}

/**
 * Reads and checks an image: headers, notes, manifest, segments. Reads each
 * part once, and nothing of the segments' contents. The source stays open for
 * these, and is closed when this throws, by `build()`, or by the caller who goes
 * no further.
 *
 * @throws {ImageError} for the first rule that the image breaks
 *
 * @example
 * ```ts ignore
 * import { openImageFile, readImage } from "./mod.ts";
 *
 * const image = readImage(openImageFile("app.elf"));
 * for (const device of image.manifest.devices) console.log(device.type, device.name);
 * ```
 */
export function readImage(source: ImageSource): Image {
  try {
    return readParts(source);
  } catch (error) {
    source.close();
    throw error;
  }
}

function readParts(source: ImageSource): Image {
  const { entry, programHeaders } = readElfHeaders(source);
  const notes = readNotes(source, programHeaders);
  const abi = decodeAbi(source.name, notes.ABI1);
  const manifest = decodeManifest(source.name, notes.MFT1);
  if (entry < BigInt(LOWEST_IMAGE_ADDRESS) || entry >= BigInt(MOST_MEMORY_BYTES)) {
    throw new ImageError({
      file: source.name,
      structure: "ELF header, e_entry",
      offset: FieldOffset.entry,
      found: hex(entry),
      expected: `an address from ${hex(LOWEST_IMAGE_ADDRESS)} within guest memory`,
    });
  }
  const layout = layOutSegments(source, programHeaders);
  return { source, abi, manifest, entry: Number(entry), layout };
}

/**
 * Checks that the image fits into so much memory.
 *
 * @param lenient whether only what stands in the file counts, as Solo5's own
 * tender has it: a guest that then lacks memory ends itself
 * @throws {ImageError} when it does not, naming the memory that it needs
 */
export function requireFit(image: Image, memoryBytes: number, lenient = false): void {
  const { memoryNeed, kernelEnd } = image.layout;
  if (lenient && kernelEnd <= memoryBytes && image.entry < memoryBytes) return;
  const need = image.entry < memoryNeed.bytes
    ? memoryNeed
    : { bytes: image.entry + 1, structure: "ELF header, e_entry" };
  if (need.bytes <= memoryBytes) return;
  const steps = Math.ceil(need.bytes / MEMORY_STEP_BYTES);
  const mebibytes = steps * MEMORY_STEP_BYTES / MEBIBYTE;
  throw new ImageError({
    file: image.source.name,
    structure: need.structure,
    found: `an image that reaches to ${hex(need.bytes)}`,
    expected: `one that fits into the guest's ${memoryBytes / MEBIBYTE} MiB`,
    remedy: `give it at least --mem=${mebibytes}`,
  });
}
