/**
 * `solo5 help`: what the program can do.
 *
 * @module
 */
import { RUN_FLAGS } from "../binding/run_flags.ts";
import { ExitStatus } from "../contract/exit_status.ts";
import { PROGRAM } from "./invocation.ts";
import { printManifestUsage } from "./manifest.ts";
import { printText, refuseMore } from "./output.ts";

/**
 * Prints the overview, or the usage of a subcommand.
 *
 * @throws {OperatorError} for a subcommand that has no usage, or more words
 */
export function help(args: readonly string[]): number {
  refuseMore("help", args.slice(1));
  if (args[0] === undefined) printOverview();
  else if (args[0] === "run") printRunUsage();
  else if (args[0] === "manifest") printManifestUsage();
  else refuseMore("help", args);
  return ExitStatus.SUCCESS;
}

function printOverview(): void {
  printText(`${PROGRAM}: runs Solo5 unikernels on KVM

  ${PROGRAM} run hello.elf                        one that needs no device
  ${PROGRAM} run app.elf --net:0=tap0 -- ARGS…    one with a network device
  ${PROGRAM} run app.elf --block:storage=disk.img

Subcommands:
  run       run a unikernel (${PROGRAM} run --help lists the flags)
  hvt       the same with the command line of solo5-hvt (${PROGRAM} hvt --help)
  sandbox   show what a guest would be sealed with, without running it
  manifest  make a manifest for a build, show a unikernel's (${PROGRAM} manifest --help)
  elftool   the same with the command line of solo5-elftool
  help      show this, or the usage of a subcommand
  version   show the version and the guest ABI versions
`);
}

/** Prints the usage of `solo5 run`. */
export function printRunUsage(): void {
  const rows = RUN_FLAGS.map((flag): [string, string] => [
    flag.name + (flag.device ? ":DEVICE" : "") + (flag.value ? `=${flag.value}` : ""),
    flag.help,
  ]);
  const width = Math.max(...rows.map(([spelling]) => spelling.length));
  const table = rows.map(([spelling, text]) => `  ${spelling.padEnd(width)}  ${text}`);
  printText(`usage: ${PROGRAM} run app.elf [FLAGS] [--] [ARGS…]

Runs a unikernel. Every device that its manifest declares has to be bound, and
nothing else can be. DEVICE is a device's name, or its position among the
devices of its type, from 0. Flags may also stand before the unikernel; ARGS are
given to it, and need -- before them where the first one looks like a flag.

${table.join("\n")}

Exit status: the unikernel's own; 1 for everything that ${PROGRAM} refuses or that
fails, and after SIGINT and SIGTERM.
`);
}
