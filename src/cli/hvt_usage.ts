/**
 * What `solo5-hvt` prints of itself. Clients and scripts read it.
 *
 * @module
 */
import { spelling } from "./description/command.ts";
import { HVT_OPTIONS, type HvtOption } from "./description/hvt.ts";
import { VERSION } from "./release.ts";
import { containedModules } from "../machine/parts.ts";

/** The text of `--help`. */
export function hvtUsage(name: string, debug: boolean): string {
  const modules = ["core", "block", "net", ...debug ? ["gdb", "dumpcore"] : []]
    .filter((module) => containedModules().includes(module));
  return `usage: ${name} [ CORE OPTIONS ] [ MODULE OPTIONS ] [ -- ] KERNEL [ ARGS ]
KERNEL is the filename of the unikernel to run.
ARGS are optional arguments passed to the unikernel.
Core options:
${list("core")}Compiled-in modules: ${modules.join(" ")} 
Compiled-in module options:
${list("modules")}${debug ? list("debug") : ""}`;
}

function list(part: HvtOption["part"]): string {
  return HVT_OPTIONS.filter((option) => option.part === part).map((option) => {
    const words = spelling(option);
    const line = option.bracketed ? `  [ ${words} ]` : `    ${words}`;
    // One line of that program's ends with a blank.
    const end = option.name === "--gdb-port" ? " " : "";
    return `${line} (${option.help})${end}\n`;
  }).join("");
}

/** The text of `--version`, of whose second line clients read the ABI version. */
export function hvtVersion(name: string, abiVersion: number): string {
  return `${name} tender, version ${VERSION} (solo5 for Deno)
ABI version ${abiVersion}
`;
}
