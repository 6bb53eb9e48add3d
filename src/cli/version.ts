/**
 * `solo5 version`: what this program is.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { ABI_VERSIONS } from "../image/abi.ts";
import { containedModules } from "../machine/parts.ts";
import { VERSION as DESCRIPTION } from "./description/others.ts";
import { PROGRAM } from "./invocation.ts";
import { printText } from "./output.ts";
import { COMMIT, VERSION } from "./release.ts";

/**
 * Prints the versions.
 *
 * @throws {OperatorError} for arguments that are not described
 */
export async function version(args: readonly string[]): Promise<number> {
  const { readWords } = await import("./words.ts");
  const { flags, help } = readWords(["version"], DESCRIPTION, args);
  if (help) (await import("./help.ts")).printUsage(["version"]);
  else printText(flags.has("--json") ? versionAsJson() : versionAsText());
  return ExitStatus.SUCCESS;
}

function versionAsText(): string {
  const abis = ABI_VERSIONS.map((abi) => `${abi.version} (Solo5 ${abi.releases})`);
  const commit = COMMIT === undefined ? "" : `commit: ${COMMIT}\n`;
  return `${PROGRAM} ${VERSION} (Deno ${Deno.version.deno})
guest ABI versions: ${abis.join(", ")}
modules: ${containedModules().join(", ")}
target: ${Deno.build.target}
${commit}`;
}

function versionAsJson(): string {
  const value = {
    version: VERSION,
    abiVersions: ABI_VERSIONS.map(({ version }) => version),
    modules: containedModules(),
    target: Deno.build.target,
    runtime: { name: "deno", version: Deno.version.deno, v8: Deno.version.v8 },
    commit: COMMIT ?? null,
    compiled: Deno.build.standalone,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
