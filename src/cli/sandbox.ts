/**
 * `solo5 sandbox`: what a guest would be sealed with, without running it.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import { buildCounted } from "../machine/machine.ts";
import { describeSeal, listFilter, sealAsJson } from "../sandbox/describe.ts";
import { printError, printText } from "./output.ts";
import { keep, prepareGuest, readCommand } from "./run.ts";

/** How it is printed: a flag each, as text without one. */
export const FORMATS = ["--json", "--bpf"] as const;

/**
 * Prints the policy of a guest: it is built with all its devices, and not
 * started.
 *
 * @param args those of `solo5 run`, and `--json` or `--bpf`
 */
export async function sandbox(args: readonly string[]): Promise<number> {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const formats = FORMATS.filter((format) => own.includes(format));
  if (formats.length > 1) {
    throw new OperatorError("command line", "--json and --bpf are two forms", "drop one");
  }
  const rest = args.filter((word, at) =>
    at >= own.length || !FORMATS.some((format) => format === word)
  );
  const read = await readCommand(rest, FORMATS);
  // A second start has to print in the same form.
  const command = read.words ? { ...read, words: [...formats, ...read.words] } : read;
  if (command.help) {
    (await import("./help.ts")).printUsage(["sandbox"]);
    return ExitStatus.SUCCESS;
  }
  if (command.sandbox.level === "off") {
    throw new OperatorError("--sandbox=off", "there is nothing to show", "drop it");
  }
  const prepared = await prepareGuest(command, args);
  const { bindings, sandbox, kvm } = prepared;
  const machine = await buildCounted(bindings, keep(prepared, {}), printError, kvm);
  try {
    const seal = machine.foresee(sandbox);
    printText(
      formats[0] === "--json" ? sealAsJson(seal) : lines(
        formats[0] === "--bpf" ? listFilter(seal.policy.filter) : describeSeal(seal),
      ),
    );
  } finally {
    machine.close();
  }
  return ExitStatus.SUCCESS;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
