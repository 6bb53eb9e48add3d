/**
 * What `solo5-hvt` prints of itself. Clients and scripts read it.
 *
 * @module
 */
import { VERSION } from "./version.ts";

/** The options that every build of that program has. */
const CORE_OPTIONS = `Core options:
  [ --mem=512 ] (guest memory in MB)
    --help (display this help)
    --version (display version information)
`;

const MODULE_OPTIONS =
  `    --block:NAME=PATH (attach block device/file at PATH as block storage NAME)
  [ --block-sector-size:NAME=SECTORSIZE ] (set sector size for block device NAME; must be a power of two greater than or equal 512)
    --net:NAME=IFACE | @NN (attach tap at IFACE or at fd @NN as network NAME)
  [ --net-mac:NAME=HWADDR ] (set HWADDR for network NAME)
`;

const DEBUG_OPTIONS = `    --gdb (optional flag for running in a gdb debug session)
  [ --gdb-port=1234 ] (port to use) 
    --dumpcore=DIR (enable guest core dump on abort/trap)
`;

/** The text of `--help`. */
export function hvtUsage(name: string, debug: boolean): string {
  const modules = debug ? "core block net gdb dumpcore " : "core block net ";
  return `usage: ${name} [ CORE OPTIONS ] [ MODULE OPTIONS ] [ -- ] KERNEL [ ARGS ]
KERNEL is the filename of the unikernel to run.
ARGS are optional arguments passed to the unikernel.
${CORE_OPTIONS}Compiled-in modules: ${modules}
Compiled-in module options:
${MODULE_OPTIONS}${debug ? DEBUG_OPTIONS : ""}`;
}

/** The text of `--version`, of whose second line clients read the ABI version. */
export function hvtVersion(name: string, abiVersion: number): string {
  return `${name} tender, version ${VERSION} (solo5 for Deno)
ABI version ${abiVersion}
`;
}
