/**
 * `solo5-hvt`: the command line of Solo5's own tender, for the clients that were
 * written against it. The same read → bind → build → run as `solo5 run`.
 *
 * @module
 */
import { bind } from "../binding/bindings.ts";
import { type HvtCommand, parseHvtCommand } from "../binding/hvt_command.ts";
import { type HvtRefusal, readHvtOptions } from "../binding/hvt_options.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import { printable } from "../errors.ts";
import { ABI_VERSIONS } from "../image/abi.ts";
import { readImage } from "../image/image.ts";
import { openImageFile } from "../machine/image_file.ts";
import { buildCounted, requireHost } from "../machine/machine.ts";
import { describeAsHvt } from "./hvt_errors.ts";
import { keep } from "./run.ts";
import { printError, printErrorText, speakAs } from "./output.ts";

/** The name of Solo5's tender, where the program was not called by one. */
export const HVT = "solo5-hvt";

/** How the names of the tender with debugging options begin. */
const DEBUG = "solo5-hvt-debug";

/**
 * Runs as `solo5-hvt` does.
 *
 * @param name what the program was called, which messages begin with
 * @param args its arguments
 * @returns the exit status
 */
export async function hvt(name: string, args: readonly string[]): Promise<number> {
  speakAs(name);
  const debug = name.startsWith(DEBUG);
  const command = parseHvtCommand(args);
  switch (command.kind) {
    case "help":
      await printUsage(name, debug);
      return ExitStatus.OPERATOR;
    case "version": {
      const { hvtVersion } = await import("./hvt_usage.ts");
      printErrorText(hvtVersion(name, abiOfName(name)));
      return ExitStatus.SUCCESS;
    }
    case "missing kernel":
      return refuse(name, debug, { lines: ["Missing KERNEL operand"], usage: true });
  }
  try {
    return await run(name, debug, command);
  } catch (error) {
    return refuse(name, debug, describeAsHvt(error, command.kernel));
  }
}

async function run(
  name: string,
  debug: boolean,
  command: HvtCommand & { readonly kind: "run" },
): Promise<number> {
  const began = performance.now();
  requireHost();
  const image = readImage(openImageFile(command.kernel));
  const imageRead = performance.now();
  const read = readHvtOptions(command, image.manifest.devices, debug);
  if ("lines" in read) {
    image.source.close();
    return refuse(name, debug, read);
  }
  for (const warning of read.warnings) printError(warning);
  const bindings = bind(image, read.request);
  const times = { began, read: imageRead, bound: performance.now() };
  const figures = keep({ bindings, times, place: undefined }, {});
  const machine = await buildCounted(bindings, figures, printError);
  return machine.seal({ level: "best-effort" }).run();
}

async function refuse(
  name: string,
  debug: boolean,
  { lines, usage }: HvtRefusal,
): Promise<number> {
  for (const line of lines) printError(printable(line));
  if (usage) await printUsage(name, debug);
  return ExitStatus.OPERATOR;
}

/** Loaded for this only; where a sealed guest fails there is no usage to show. */
async function printUsage(name: string, debug: boolean): Promise<void> {
  const { hvtUsage } = await import("./hvt_usage.ts");
  printErrorText(hvtUsage(name, debug));
}

/**
 * The ABI version that a name asks for: clients look a tender up as
 * `solo5-hvt.VERSION` and then ask it for its version.
 */
function abiOfName(name: string): number {
  const suffix = Number(/\.([0-9]+)$/.exec(name)?.[1]);
  const known = ABI_VERSIONS.find(({ version }) => version === suffix);
  return (known ?? ABI_VERSIONS[0]!).version;
}
