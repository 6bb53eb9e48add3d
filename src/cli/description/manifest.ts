/**
 * `solo5 manifest`, described.
 *
 * @module
 */
import type { CommandDescription } from "./command.ts";

/** Writes the C source of a manifest. */
const GENERATE: CommandDescription = {
  name: "generate",
  summary: "write the C source that a unikernel's build compiles",
  usage: ["FILE.json [-o OUTPUT]"],
  text: `Writes the C source that a unikernel's build compiles. FILE.json is

  { "type": "solo5.manifest", "version": 1, "devices": [
    { "name": "service0", "type": "NET_BASIC" },
    { "name": "storage", "type": "BLOCK_BASIC" } ] }

with at most 63 devices, whose names have 1 to 67 letters and digits. "-" is standard
input or output.`,
  flags: [{
    name: "-o",
    value: "OUTPUT",
    apart: true,
    help: "write it there, as a whole or not at all (standard output)",
    completes: "file",
  }],
  operand: "file",
  examples: [
    ["solo5 manifest generate manifest.json -o manifest.c", "in a unikernel's build"],
  ],
};

/** Shows what an image declares. */
const SHOW: CommandDescription = {
  name: "show",
  summary: "show which devices a unikernel declares",
  usage: ["app.elf"],
  text: "Shows as JSON which devices a unikernel declares, for every target and machine.",
  operand: "image",
};

/** Shows what an image was built for. */
const ABI: CommandDescription = {
  name: "abi",
  summary: "show for which target and ABI version a unikernel was built",
  usage: ["app.elf"],
  text: "Shows as JSON for which target and ABI version a unikernel was built.",
  operand: "image",
};

/** Makes manifests, and shows them. */
export const MANIFEST: CommandDescription = {
  name: "manifest",
  summary: "make a manifest for a build, show a unikernel's",
  usage: ["JOB …"],
  text: "Makes manifests for unikernel builds, and shows what an image says of itself.",
  jobs: [GENERATE, SHOW, ABI],
};
