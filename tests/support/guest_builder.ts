/**
 * Builds the test guests in `tests/guests/` from their C sources.
 *
 * @module
 */
import { encodeManifest } from "../../src/image/manifest.ts";
import { manifestFromJson } from "../../src/image/json.ts";

const SOURCES = new URL("../guests/", import.meta.url);

/** Where the committed guests are, for hosts without a compiler. */
export const COMMITTED_GUESTS: URL = new URL("built/", SOURCES);

/** A guest: what it is built from. */
interface GuestRecipe {
  readonly name: string;
  readonly source: string;
  readonly abi?: number;
  readonly define?: string;
}

/** Guests whose name is not their source's. */
const VARIANTS: readonly GuestRecipe[] = [
  { name: "hello_abi1", source: "hello.c", abi: 1 },
  { name: "hello_abi3", source: "hello.c", abi: 3 },
  { name: "bench_disk", source: "bench.c" },
  { name: "pace_disk", source: "pace.c" },
  { name: "pace_net", source: "pace.c" },
  { name: "poll_disk", source: "poll.c" },
  { name: "two_disks", source: "exit.c" },
  { name: "ring_abi1", source: "ring.c", abi: 1 },
  { name: "ring_without_room", source: "ring.c", define: "RING_SLOTS=16" },
  { name: "attack_disk", source: "attack.c" },
  { name: "attack_net", source: "attack.c" },
  { name: "attack_ring", source: "attack.c", define: "ROOM=0x200000" },
];

/** Guests whose functions a debugger can name; the others have no symbols. */
const WITH_SYMBOLS: readonly string[] = ["crash", "debug"];

/** No SSE: some hosts emulate guests without it. */
const COMPILER_FLAGS = [
  "-std=c11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-ffreestanding",
  "-fno-stack-protector",
  "-fno-pic",
  "-fno-asynchronous-unwind-tables",
  "-fcf-protection=none",
  "-mgeneral-regs-only",
  "-mno-red-zone",
];

const LINKER_FLAGS = [
  "-nostdlib",
  "-static",
  "--build-id=none",
  "-z",
  "max-page-size=4096",
];

/** Every guest there is. */
export function guestRecipes(): GuestRecipe[] {
  const recipes = [...VARIANTS];
  for (const { name } of Deno.readDirSync(SOURCES)) {
    if (!name.endsWith(".c") || name === "runtime.c") continue;
    recipes.push({ name: name.slice(0, -2), source: name });
  }
  return recipes.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Builds every guest as `NAME.hvt` in a directory.
 *
 * @throws {Error} with the compiler's words when it refuses a source
 */
export async function buildGuests(directory: string): Promise<void> {
  const work = await Deno.makeTempDir();
  try {
    await run("cc", [
      ...COMPILER_FLAGS,
      "-c",
      path("runtime.c"),
      "-o",
      `${work}/runtime.o`,
    ]);
    for (const recipe of guestRecipes()) await build(recipe, work, directory);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function build(recipe: GuestRecipe, work: string, directory: string) {
  const { name, source, abi = 2, define } = recipe;
  const guest = `${work}/${name}`;
  await run("cc", [
    ...COMPILER_FLAGS,
    ...define ? [`-D${define}`] : [],
    "-c",
    path(source),
    "-o",
    `${guest}.o`,
  ]);
  await Deno.writeTextFile(`${guest}-notes.c`, notesSource(readManifest(name), abi));
  await run("cc", [
    ...COMPILER_FLAGS,
    "-c",
    `${guest}-notes.c`,
    "-o",
    `${guest}-notes.o`,
  ]);
  const objects = ["runtime.o", `${name}.o`, `${name}-notes.o`].map((file) =>
    `${work}/${file}`
  );
  const output = ["-T", path("guest.ld"), ...objects, "-o", `${directory}/${name}.hvt`];
  const stripped = WITH_SYMBOLS.includes(name) ? [] : ["-s"];
  await run("ld", [...LINKER_FLAGS, ...stripped, ...output]);
}

function path(name: string): string {
  return new URL(name, SOURCES).pathname;
}

function readManifest(name: string): Uint8Array {
  const file = path(`${name}.json`);
  let text = '{"type": "solo5.manifest", "version": 1, "devices": []}';
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return encodeManifest(manifestFromJson(file, text));
}

/** The two notes as C data: head and name, padding, descriptor. */
function notesSource(manifest: Uint8Array, abi: number): string {
  const abiWords = [6, 16, 0x31494241];
  const manifestWords = [6, manifest.length + 4, 0x3154464d];
  const section = (suffix: string) =>
    `__attribute__((section(".note.solo5.${suffix}"), aligned(8), used))`;
  return `#include <stdint.h>
${section("abi")} static const struct {
    uint32_t head[3]; char name[8]; uint32_t descriptor[4];
} abi = { { ${abiWords} }, "Solo5", { 1, ${abi}, 0, 0 } };
${section("manifest")} static const struct {
    uint32_t head[3]; char name[8]; uint32_t pad; uint8_t descriptor[${manifest.length}];
} manifest = { { ${manifestWords} }, "Solo5", 0, { ${manifest.join(",")} } };
`;
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    const words = new TextDecoder().decode(stderr);
    throw new Error(`${program} ${args.at(-1)}: ${words}`);
  }
}

/** A digest of everything that guests are built from. */
export async function hashSources(): Promise<string> {
  const parts: Uint8Array[] = [];
  const names = [...Deno.readDirSync(SOURCES)].filter(({ isFile }) => isFile)
    .map(({ name }) => name).sort();
  for (const name of names) parts.push(Deno.readFileSync(new URL(name, SOURCES)));
  parts.push(Deno.readFileSync(new URL(import.meta.url)));
  const all = await new Blob(parts as BlobPart[]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return digest.toHex().slice(0, 16);
}
