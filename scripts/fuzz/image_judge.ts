/**
 * Judging those who read images.
 *
 * @module
 */
import type { Bindings } from "../../src/binding/bindings.ts";
import type { BindingRequest } from "../../src/binding/request.ts";
import type { VirtualMachine } from "../../src/hypervisor/hypervisor.ts";
import type { Image } from "../../src/image/image.ts";
import { loadSegments } from "../../src/machine/loader.ts";
import type { Case } from "./cases.ts";
import { checkImage, checkManifest, PAGE } from "./invariants.ts";
import { Broken, FILE, type Interview } from "./interview.ts";
import { compareInspection, judgeInspection } from "./inspection_judge.ts";
import type { Readers } from "./judge.ts";
import type { MeteredSource } from "./meter.ts";

/** What is made for a guest beside its memory: bindings, boot info, ranges. */
const BUILD_BYTES = 1 << 16;

/** Longest sentence about flags: 63 devices, each unbound, with the flag to add. */
const LONGEST_BINDING_SENTENCE = 20_000;

/** Guest memory that images are held against, in MiB. */
const MEMORY_SIZES = [2, 512, 4096] as const;

const MEBIBYTE = 1 << 20;

/** What queries answer consists of. */
const PLAIN_LINES = /^[\x20-\x7e\n]*$/;

/** Judges everything that reads an image. */
export function judgeImage(
  file: Case & { kind: "image" },
  readers: Readers,
  interview: Interview,
): void {
  const inspection = judgeInspection(file, readers, interview);
  const manifest = interview.askOfImage("queryManifest", file, readers.queryManifest);
  const devices = manifest && checkAnswer("queryManifest", manifest.value).devices;
  const abi = interview.askOfImage("queryAbi", file, readers.queryAbi);
  const said = abi && checkAnswer("queryAbi", abi.value);
  const read = interview.askOfImage("readImage", file, readers.readImage);
  if (read === undefined) return compareInspection(inspection, undefined);
  const image = read.value;
  checkImage(image, file);
  compareInspection(inspection, image);
  // What runs can also be asked what it is, and says the same.
  expect("queryAbi and readImage agree", said, {
    type: "solo5.abi",
    target: "hvt",
    version: image.abi.version,
  });
  const declared = image.manifest.devices.map(({ name, type }) => ({ name, type }));
  expect("queryManifest and readImage agree", devices, declared);
  const again = interview.ask(
    "manifestFromJson of queryManifest",
    BUILD_BYTES,
    () => readers.manifestFromJson(FILE, manifest!.value),
  );
  expect("a manifest survives JSON", again, image.manifest);
  for (const mebibytes of MEMORY_SIZES) {
    for (const lenient of [false, true]) {
      judgeBinding(image, { ...bound(image), memoryMebibytes: mebibytes, lenient }, {
        readers,
        interview,
        source: read.source,
      });
    }
  }
  interview.ask(
    "bind without flags",
    BUILD_BYTES,
    () => readers.bind(image, {}),
    LONGEST_BINDING_SENTENCE,
  );
}

function checkAnswer(
  who: string,
  text: string,
): { readonly type: unknown; readonly devices?: readonly unknown[] } {
  if (!PLAIN_LINES.test(text)) {
    throw new Broken(`${who} says what is not printable`, JSON.stringify(text));
  }
  const lines = text.split("\n").length;
  try {
    const answer = JSON.parse(text);
    const count = answer.devices?.length ?? 0;
    const expected = who === "queryAbi" ? 6 : 7 + count;
    if (count > 63 || lines !== expected) {
      throw new Broken(`${who} says more than it may`, text.slice(0, 400));
    }
    return answer;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Broken(`${who} gives no JSON`, text.slice(0, 400));
  }
}

function expect(rule: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Broken(`${rule}: not so`, `${one} and ${other}`);
}

/** A request that binds every device. */
function bound(image: Image): BindingRequest {
  const named = (wanted: string) =>
    image.manifest.devices.filter(({ type }) => type === wanted);
  return {
    net: named("NET_BASIC").map(({ name, handle }) => ({
      device: name,
      tap: { interface: `tap${handle}` },
    })),
    block: named("BLOCK_BASIC").map(({ name, handle }) => ({
      device: name,
      file: { path: `disk${handle}` },
    })),
  };
}

function judgeBinding(
  image: Image,
  request: BindingRequest,
  { readers, interview, source }: {
    readonly readers: Readers;
    readonly interview: Interview;
    readonly source: MeteredSource;
  },
): void {
  const lenient = request.lenient ?? false;
  const who = lenient ? "lenient bind" : "bind";
  const bindings = interview.ask(who, BUILD_BYTES, () => readers.bind(image, request));
  const given = (request.memoryMebibytes ?? 0) * MEBIBYTE;
  const { kernelEnd, memoryNeed } = image.layout;
  const need = Math.max(image.entry + 1, lenient ? kernelEnd : memoryNeed.bytes);
  if (bindings === undefined) {
    // The ring may take 2 MiB of the most that a guest can have.
    if (need <= given - 2 * MEBIBYTE) {
      throw new Broken(`${who} refuses what fits`, `${need} of ${given} bytes`);
    }
    return;
  }
  checkBindings(bindings, need, given);
  checkManifest(bindings.devices);
  const memory = guestMemory(bindings.memoryBytes);
  interview.ask("loadSegments", BUILD_BYTES, () => loadSegments(image, memory));
  if (source.excess !== undefined) {
    throw new Broken("loadSegments reads what is not there", source.excess.message);
  }
}

function checkBindings(bindings: Bindings, need: number, given: number): void {
  const { memoryBytes, ringBytes, image } = bindings;
  const whole = memoryBytes > 0 && memoryBytes % (2 * MEBIBYTE) === 0;
  if (!whole || memoryBytes > given || memoryBytes + ringBytes > 2 ** 32) {
    throw new Broken("bind gives memory that is none", `${memoryBytes} of ${given}`);
  }
  if (need > memoryBytes) {
    throw new Broken("bind takes what does not fit", `${need} of ${memoryBytes} bytes`);
  }
  if (bindings.devices.length !== image.manifest.devices.length) {
    throw new Broken("bind leaves devices out", `${bindings.devices.length}`);
  }
}

/** A guest's memory that holds nothing and lets nobody past its end. */
function guestMemory(memoryBytes: number): VirtualMachine {
  const within = (start: number, end: number) => {
    if (start >= 0x10_0000 && start <= end && end <= memoryBytes) return;
    throw new Broken("loadSegments leaves guest memory", `${start} to ${end}`);
  };
  const machine: Pick<VirtualMachine, "protectMemory"> & {
    readonly memory: Pick<VirtualMachine["memory"], "part">;
  } = {
    memory: {
      part(gpa, length) {
        within(gpa, gpa + length);
        return new Uint8Array(0);
      },
    },
    protectMemory({ start, end }, { readable, writable }) {
      within(start, end);
      if (start % PAGE !== 0 || end % PAGE !== 0 || (writable && !readable)) {
        throw new Broken("loadSegments protects no pages", `${start} to ${end}`);
      }
    },
  };
  return machine as VirtualMachine;
}
