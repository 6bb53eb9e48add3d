/**
 * `solo5 version`: what this program is.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { ABI_VERSIONS } from "../image/abi.ts";
import { PROGRAM } from "./invocation.ts";
import { VERSION as DESCRIPTION } from "./description/others.ts";
import { printText } from "./output.ts";

/** The version of this program; the same as in `deno.json`. */
export const VERSION = "0.1.0";

/**
 * Prints the versions.
 *
 * @throws {OperatorError} for arguments: it takes none but `--help`
 */
export async function version(args: readonly string[]): Promise<number> {
  const { readWords } = await import("./words.ts");
  if (readWords(["version"], DESCRIPTION, args).help) {
    (await import("./help.ts")).printUsage(["version"]);
    return ExitStatus.SUCCESS;
  }
  const abis = ABI_VERSIONS.map((abi) => `${abi.version} (Solo5 ${abi.releases})`);
  printText(`${PROGRAM} ${VERSION} (Deno ${Deno.version.deno})
guest ABI versions: ${abis.join(", ")}
`);
  return ExitStatus.SUCCESS;
}
