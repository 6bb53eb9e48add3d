/**
 * What goes with a program: what is in it (CycloneDX), how it was built (SLSA),
 * and sums. Pure.
 *
 * @module
 */

/** What is known of a program that was built. */
export interface Facts {
  /** Its file's name. */
  readonly file: string;
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string;
  /** Its size in bytes. */
  readonly bytes: number;
  /** The project's version. */
  readonly version: string;
  /** Deno's name of the target. */
  readonly target: string;
  /** The modules in it. */
  readonly modules: readonly string[];
  /** The libc symbols that it may look up; none for systems without a hypervisor. */
  readonly symbols: readonly string[];
  /** What it was built from. */
  readonly commit: string | undefined;
  /** When that was made, in seconds since 1970. */
  readonly time: number;
  /** The runtime in it. */
  readonly runtime: {
    /** Undefined where only the file knows, and this machine cannot ask it. */
    readonly version: string | undefined;
    /** SHA-256 of its own file, where it was given as one. */
    readonly sha256: string | undefined;
  };
  /** What built it. */
  readonly tools: Readonly<Record<string, string>>;
  /** The task's words. */
  readonly command: readonly string[];
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The bill of materials: CycloneDX 1.6, JSON. */
export function billOfMaterials(facts: Facts): string {
  const { file, version, target, runtime, symbols, modules } = facts;
  const property = (name: string, value: string) => ({ name: `solo5:${name}`, value });
  const program = `solo5@${version}`;
  const deno = "deno", libc = "libc.so.6";
  const components = [
    {
      type: "platform",
      "bom-ref": deno,
      name: "deno",
      ...runtime.version === undefined ? {} : {
        version: runtime.version,
        purl: `pkg:github/denoland/deno@v${runtime.version}`,
      },
      description: "The runtime in the file, with V8 and Rust crates of its own",
      licenses: [{ license: { id: "MIT" } }],
      ...runtime.sha256 === undefined
        ? {}
        : { hashes: [{ alg: "SHA-256", content: runtime.sha256 }] },
    },
    ...symbols.length === 0 ? [] : [{
      type: "library",
      "bom-ref": libc,
      name: libc,
      scope: "required",
      description: "The host's C library; not in the file. Only these symbols are used.",
      properties: symbols.map((name) => property("symbol", name)),
    }],
  ];
  return json({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(facts.sha256)}`,
    version: 1,
    metadata: {
      timestamp: timestamp(facts.time),
      tools: {
        components: Object.entries(facts.tools).map(([name, version]) => ({
          type: "application",
          name,
          version,
        })),
      },
      component: {
        type: "application",
        "bom-ref": program,
        name: "solo5",
        version,
        description: "A tender for Solo5 unikernels",
        licenses: [{ license: { id: "ISC" } }],
        hashes: [{ alg: "SHA-256", content: facts.sha256 }],
        properties: [
          property("file", file),
          property("target", target),
          property("commit", facts.commit ?? "unknown"),
          ...modules.map((name) => property("module", name)),
        ],
      },
    },
    components,
    dependencies: [
      { ref: program, dependsOn: components.map((each) => each["bom-ref"]) },
    ],
  });
}

/** How it was built: an in-toto statement with SLSA's provenance, version 1. */
export function provenance(facts: Facts): string {
  const { file, sha256, commit, runtime, target, modules } = facts;
  return json({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: file, digest: { sha256 } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "urn:solo5-deno:task-build:v1",
        externalParameters: { command: facts.command, target, modules },
        internalParameters: { sourceDateEpoch: facts.time },
        resolvedDependencies: [
          {
            name: "source",
            ...commit === undefined
              ? {}
              : { digest: { gitCommit: commit.replace("-modified", "") } },
            ...commit?.endsWith("-modified")
              ? { annotations: { modified: "files were changed since this commit" } }
              : {},
          },
          {
            name: "runtime",
            ...runtime.sha256 === undefined ? {} : { digest: { sha256: runtime.sha256 } },
            ...runtime.version === undefined
              ? {}
              : { annotations: { version: runtime.version } },
          },
        ],
      },
      runDetails: {
        builder: { id: "urn:solo5-deno:whoever-ran-the-command", version: facts.tools },
      },
    },
  });
}

/**
 * The file of sums, as `sha256sum --check` reads it: lines of an earlier file
 * stay, but for names that are given anew, or whose files are gone.
 *
 * @param earlier the file's text, or ""
 * @param there names of the files that are there
 * @param sums names and SHA-256 in hexadecimal digits
 */
export function sumsFile(
  earlier: string,
  there: ReadonlySet<string>,
  sums: ReadonlyMap<string, string>,
): string {
  const lines = new Map<string, string>();
  for (const line of earlier.split("\n")) {
    const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (name !== undefined && there.has(name)) lines.set(name, sum!);
  }
  for (const [name, sum] of sums) lines.set(name, sum);
  return [...lines].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, sum]) => `${sum}  ${name}\n`).join("");
}

function timestamp(time: number): string {
  return new Date(time * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A name of 128 bits made from a sum: version 8 of RFC 9562, as its maker likes. */
function uuidOf(sha256: string): string {
  const [a, b, c, d, e] = [
    sha256.slice(0, 8),
    sha256.slice(8, 12),
    `8${sha256.slice(13, 16)}`,
    `8${sha256.slice(17, 20)}`,
    sha256.slice(20, 32),
  ];
  return [a, b, c, d, e].join("-");
}
