/**
 * Readers with a defect each, for the judge that has to see it.
 *
 * @module
 */
import { READERS, type Readers } from "../../scripts/fuzz/judge.ts";
import { OperatorError } from "../../src/errors.ts";
import type { Image } from "../../src/image/image.ts";
import type { Inspection } from "../../src/image/inspection.ts";
import type { Segment } from "../../src/image/segments.ts";

/** A reader that changes what the real one gives. */
function altered(change: (image: Image) => Partial<Image>): Partial<Readers> {
  return {
    readImage(source) {
      const image = READERS.readImage(source);
      return { ...image, ...change(image) };
    },
  };
}

/** A reader that changes the last segment. */
function alteredSegment(
  change: (segment: Segment) => Partial<Segment>,
): Partial<Readers> {
  return altered(({ layout }) => {
    const segments = layout.segments.map((segment, index) =>
      index < layout.segments.length - 1 ? segment : { ...segment, ...change(segment) }
    );
    return { layout: { ...layout, segments } };
  });
}

/** A reader that does something with the ELF header first. */
function before(
  action: (view: DataView, source: Parameters<Readers["readImage"]>[0]) => void,
): Partial<Readers> {
  return {
    readImage(source) {
      const header = new Uint8Array(Math.min(64, source.sizeBytes));
      source.read(0, header);
      if (header.length === 64) action(new DataView(header.buffer), source);
      return READERS.readImage(source);
    },
  };
}

/** One that looks at images, and changes what it has seen. */
function inspecting(
  change: (inspection: Inspection) => { [K in keyof Inspection]?: Inspection[K] },
): Partial<Readers> {
  return {
    inspectImage(source) {
      const inspection = READERS.inspectImage(source);
      return { ...inspection, ...change(inspection) };
    },
  };
}

/** Defects, the readers that have them, and what the judge has to say. */
export const DEFECTS: readonly (readonly [
  defect: string,
  readers: Partial<Readers>,
  kind: string,
])[] = [
  [
    "looks behind the end of what it read",
    before((view) => view.getUint8(view.getUint16(54, true) === 56 ? 0 : 64)),
    "readImage throws RangeError",
  ],
  [
    "takes what it has not for an object",
    before((view) => {
      const names: Record<number, string> = { 56: "header" };
      names[view.getUint16(54, true)]!.length;
    }),
    "readImage throws TypeError",
  ],
  [
    "makes room for as many program headers as the file says",
    before((view) => new Uint8Array(view.getUint16(56, true) * 0x1000)),
    "readImage takes more than it may",
  ],
  [
    "makes a list of as many elements as the file says",
    before((view) => new Array(Math.min(view.getUint32(32, true), 2 ** 31))),
    "readImage takes more than it may",
  ],
  [
    "makes a list by its length",
    before((view) => Array.from({ length: view.getUint32(32, true) })),
    "readImage takes more than it may",
  ],
  [
    "keeps to itself that there was no memory",
    before((view) => {
      try {
        new BigUint64Array(view.getUint32(32, true));
      } catch {
        // As if nothing had happened.
      }
    }),
    "readImage takes more than it may",
  ],
  [
    "reads behind the end of the file",
    before((view, source) => source.read(view.getUint32(32, true), new Uint8Array(1))),
    "readImage takes more than it may",
  ],
  [
    "reads the file again and again",
    before((view, source) => {
      while (view.getUint16(56, true) > 9) source.read(0, new Uint8Array(64));
    }),
    "readImage takes more than it may",
  ],
  [
    "makes two lines of a sentence",
    {
      readImage(source) {
        try {
          return READERS.readImage(source);
        } catch (error) {
          (error as Error).message += "\n";
          throw error;
        }
      },
    },
    "readImage says what is not printable",
  ],
  [
    "does not say which file",
    {
      queryAbi() {
        throw new OperatorError("image", "is wrong", "give another");
      },
    },
    "queryAbi does not name the file",
  ],
  [
    "says all that it knows",
    {
      manifestFromJson(file, text) {
        throw new OperatorError(file, "x".repeat(900 + text.length), "mend it");
      },
    },
    "manifestFromJson standard says too much",
  ],
  [
    "prints names as they are",
    {
      queryManifest: (source) => READERS.queryManifest(source).replace(/"d0"/, '"\x07"'),
    },
    "queryManifest says what is not printable",
  ],
  [
    "prints something else than JSON",
    { queryAbi: (source) => READERS.queryAbi(source).replace(/,/, "") },
    "queryAbi gives no JSON",
  ],
  [
    "says another version",
    { queryAbi: (source) => READERS.queryAbi(source).replace(/\d/, "3") },
    "queryAbi and readImage agree: not so",
  ],
  [
    "shows what it found as it is",
    inspecting(({ findings }) => ({
      findings: findings.map((finding) => `${finding}\x1b`),
    })),
    "describeInspection says what is not printable",
  ],
  [
    "counts devices from 0",
    inspecting(({ devices }) => ({
      devices: devices?.map((device) => ({ ...device, index: device.index - 1 })),
    })),
    "inspectionsAsJson leaves its schema",
  ],
  [
    "names less memory than is needed",
    inspecting(() => ({ leastMebibytes: 2 })),
    "inspectImage and readImage agree on memory: not so",
  ],
  [
    "takes what would be refused",
    inspecting(() => ({ refusal: undefined })),
    "inspectImage and readImage agree on a refusal: not so",
  ],
  [
    "makes room for all sections that a file speaks of",
    {
      inspectImage(source) {
        const inspection = READERS.inspectImage(source);
        const header = new Uint8Array(64);
        source.read(0, header);
        new Uint8Array(64 * new DataView(header.buffer).getUint16(60, true));
        return inspection;
      },
    },
    "inspectImage takes more than it may",
  ],
  [
    "forgets a device",
    altered(({ manifest }) => ({ manifest: { devices: manifest.devices.slice(1) } })),
    "readImage takes an image, though not a device is one",
  ],
  [
    "takes another entry",
    altered(({ entry }) => ({ entry: entry + 1 })),
    "readImage takes an image, though not its entry is the file's",
  ],
  [
    "takes bytes from elsewhere",
    alteredSegment(({ fileOffset }) => ({ fileOffset: fileOffset + 1 })),
    "readImage takes an image, though not a segment is as the file has it",
  ],
  [
    "has a segment begin before its page",
    alteredSegment(({ start }) => ({ start: start - 0x80 })),
    "readImage takes an image, though not segments are whole pages",
  ],
  [
    "has segments overlap",
    alteredSegment(({ start }) => ({ start: start - 0x10_0000 })),
    "readImage takes an image, though not segments ascend without overlap",
  ],
  [
    "leaves out a segment's last page",
    alteredSegment(({ end }) => ({ end: end - 0x1000 })),
    "readImage takes an image, though not a segment's pages cover it",
  ],
  [
    "lets code be written",
    alteredSegment(({ writable }) => ({ writable: !writable })),
    "readImage takes an image, though not its pages' rights are the file's",
  ],
  [
    "needs less memory than the image has",
    altered(({ layout }) => ({
      layout: { ...layout, memoryNeed: { bytes: 0x10_0000, structure: "ELF header" } },
    })),
    "readImage takes an image, though not the memory that it needs covers it",
  ],
  [
    "gives a guest less memory than it needs",
    {
      bind: (image, request) => ({
        ...READERS.bind(image, request),
        memoryBytes: 2 ** 21,
      }),
    },
    "bind takes what does not fit",
  ],
  [
    "gives a guest more memory than there is",
    {
      bind: (image, request) => ({
        ...READERS.bind(image, request),
        memoryBytes: 2 ** 33,
      }),
    },
    "bind gives memory that is none",
  ],
  [
    "binds nothing",
    { bind: (image, request) => ({ ...READERS.bind(image, request), devices: [] }) },
    "bind leaves devices out",
  ],
  [
    "leaves JSON to the runtime",
    { manifestFromJson: (_, text) => JSON.parse(text) },
    "manifestFromJson standard throws SyntaxError",
  ],
  [
    "leaves a config file to the runtime",
    { readConfig: (_, text) => JSON.parse(text) },
    "readConfig throws SyntaxError",
  ],
  [
    "forgets a flag of a config file",
    {
      readConfig: (file, text) => {
        const read = READERS.readConfig(file, text);
        return { ...read, flags: read.flags.slice(1) };
      },
    },
    "readConfig reads something else",
  ],
  [
    "takes a comma too many",
    { readJson: (file, text) => READERS.readJson(file, text, "solo5") },
    "readJson takes what is no JSON",
  ],
];
