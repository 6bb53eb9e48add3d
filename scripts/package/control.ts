/**
 * What a package says of itself to dpkg and apt (Debian Policy 5; man 5
 * deb-control).
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";
import { laterOf, type Program } from "./program.ts";

/**
 * The package's name. Solo5's own tools are packaged as `solo5`, and both can be
 * installed.
 */
export const PACKAGE = "solo5-deno";

/** The glibc that has every function this project calls (`statx`: 2.28). */
const GLIBC_OF_FFI = [2, 28] as const;

/** What the libraries are packaged in that the runtime is linked to. */
const PACKAGES: readonly (readonly [library: RegExp, name: string])[] = [
  [/^(lib(c|m)\.so\.6|lib(dl|util)\.so\.2|librt\.so\.1|libpthread\.so\.0)$/, "libc6"],
  [/^ld-linux-\S+\.so\.\d+$/, "libc6"],
  [/^libgcc_s\.so\.1$/, "libgcc-s1"],
];

/** What a package's description says beside fixed texts. */
export interface ControlFacts {
  /** The package's version, with its revision. */
  readonly version: string;
  /** Who made it: `Name <address>`. */
  readonly maintainer: string;
  /** Its program. */
  readonly program: Program;
  /** What its files take when installed, in KiB. */
  readonly installedKib: number;
}

/**
 * Lists what has to be installed with a program.
 *
 * @throws {OperatorError} for a library that no known package has
 */
export function dependencies({ libraries, glibc }: Program): string[] {
  const packages = new Set<string>();
  for (const library of libraries) {
    const known = PACKAGES.find(([pattern]) => pattern.test(library));
    if (known === undefined) {
      throw new OperatorError(
        library,
        "is a library that the program needs and this task knows no package of",
        "build the program with Deno's own runtime",
      );
    }
    packages.add(known[1]);
  }
  const [major, minor] = laterOf(glibc, GLIBC_OF_FFI);
  packages.delete("libc6");
  return [
    `libc6 (>= ${major}.${minor})`,
    ...packages,
    // As dh_installsysusers has it: whatever brings systemd-sysusers.
    "systemd | systemd-standalone-sysusers | systemd-sysusers",
  ];
}

/** Makes the `control` file. */
export function controlFile(facts: ControlFacts): string {
  return `Package: ${PACKAGE}
Version: ${facts.version}
Architecture: ${facts.program.architecture}
Maintainer: ${facts.maintainer}
Installed-Size: ${facts.installedKib}
Depends: ${dependencies(facts.program).join(", ")}
Suggests: gdb, iproute2
Section: otherosfs
Priority: optional
Description: runs Solo5 unikernels on KVM
 A tender for Solo5 unikernels of the hvt target: it boots a unikernel on KVM,
 connects the devices that the unikernel's manifest declares to taps, files and
 block devices of the host, and gives up everything else before the first
 instruction of the guest.
 .
 With it come links with which it stands in for Solo5's own solo5-hvt and
 solo5-elftool where these are not installed, and a systemd unit that runs a
 guest for each file in /etc/solo5.
`;
}

/** Of a file's bytes, the KiB that `Installed-Size` counts; 1 for a folder. */
export function countedKib(sizeBytes: number | undefined): number {
  return sizeBytes === undefined ? 1 : Math.ceil(sizeBytes / 1024);
}
