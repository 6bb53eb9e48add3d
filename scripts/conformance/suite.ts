/**
 * The suite's tests for hvt and elftool as data, for hosts without bats and for
 * tenders that start more slowly than the suite's `ping` allows for. Facts of
 * Solo5's `tests/tests.bats`, which stays the authority.
 *
 * @module
 */

/** The three programs, by the names under which the suite calls them. */
export type Program = "solo5-hvt" | "solo5-hvt-debug" | "solo5-elftool";

/** What a test needs of the host. */
export type Need = "KVM" | "network" | "x86_64";

/** A flood of echo requests, as `ping` is told to send it. */
export interface Flood {
  /** The guest's address. */
  readonly address: string;
  /** How many requests; the guest ends when it has got that many. */
  readonly count: number;
  /** Bytes that fill the requests, in hexadecimal. */
  readonly pattern?: string;
}

/** What the test looks at. */
export interface Expected {
  /** Exit status. */
  readonly status: number;
  /** Texts that standard output or error have to show. */
  readonly shows?: readonly string[];
  /** A text that neither may show. */
  readonly hides?: string;
  /** Whether a line ends in the name of a core file, and that file is there. */
  readonly core?: true;
}

/** One test. */
export interface SuiteTest {
  /** Its name in the suite. */
  readonly name: string;
  /** What it calls. */
  readonly program: Program;
  /** The arguments; files of the test's own are in the folder `files`. */
  args(files: string): readonly string[];
  /** The files, all zeros: name and size in bytes. */
  readonly files?: readonly (readonly [name: string, bytes: number])[];
  /** What is sent to the guest once it runs. */
  readonly floods?: readonly Flood[];
  /** What the host has to have. */
  readonly needs: readonly Need[];
  /** Why the suite itself skips it on Linux. */
  readonly skipped?: string;
  /** How it passes. */
  readonly expected: Expected;
}

/** Interfaces that the tests name: address of the host in a /24, largest packet. */
export const TAPS: readonly {
  readonly name: string;
  readonly address?: string;
  readonly mtu?: number;
}[] = [
  { name: "tap100", address: "10.0.0.1" },
  { name: "tap101", address: "10.1.0.1" },
  { name: "tap102", mtu: 9000 },
];

const SUCCESS: Expected = { status: 0, shows: ["SUCCESS"] };
const ABORT: Expected = { status: 255, shows: ["ABORT"] };
const TRANSLATION_FAULT: Expected = {
  status: 1,
  shows: ["host/guest translation fault"],
};

const KIB = 1024;

/** The most devices that a manifest declares. */
const MAX_DEVICES = 63;

function image(test: string): string {
  return `test_${test}/test_${test}.hvt`;
}

/** A run of Solo5's tender with the memory that the suite gives each guest. */
function hvt(
  name: string,
  expected: Expected,
  args: (files: string) => readonly string[] = () => [image(name)],
  more: Partial<SuiteTest> = {},
): SuiteTest {
  return {
    name: `${name} hvt`,
    program: "solo5-hvt",
    args: (files) => ["--mem=4096", ...args(files)],
    needs: ["KVM"],
    expected,
    ...more,
  };
}

/** The test that only a host can pass whose processor has such page rights. */
function openBsd(name: string): SuiteTest {
  return hvt(name, TRANSLATION_FAULT, undefined, { skipped: "not supported on Linux" });
}

/** A test with one disk of so many bytes. */
function block(
  variant: string,
  expected: Expected,
  bytes: number,
  sectorSize?: number,
): SuiteTest {
  const size = sectorSize === undefined
    ? []
    : [`--block-sector-size:storage=${sectorSize}`];
  return hvt(
    `blk${variant}`,
    expected,
    (files) => [`--block:storage=${files}/storage.img`, ...size, "--", image("blk")],
    { files: [["storage.img", bytes]] },
  );
}

/** A test with taps, one a device. */
function net(
  name: string,
  expected: Expected,
  taps: readonly string[],
  guestArgs: readonly string[],
  floods: readonly Flood[],
): SuiteTest {
  const flags = taps.map((tap, index) => `--net:service${index}=${tap}`);
  return hvt(name, expected, () => [...flags, "--", image(name), ...guestArgs], {
    needs: ["KVM", "network"],
    floods,
  });
}

const refused = (message: string): Expected => ({ status: 1, shows: [message] });

const DISKS = Array.from({ length: MAX_DEVICES }, (_, index) => `storage${index}`);

/** Every test whose name ends in `hvt` or `elftool`, in the suite's order. */
export const SUITE: readonly SuiteTest[] = [
  hvt("hello", SUCCESS, () => [image("hello"), "Hello_Solo5"]),
  hvt(
    "quiet",
    { ...SUCCESS, hides: "Solo5:" },
    () => ["--", image("quiet"), "--solo5:quiet"],
  ),
  hvt("output", { status: 0 }, () => [image("output"), "Output_Solo5"]),
  hvt("globals", SUCCESS),
  hvt("exception", ABORT),
  hvt("zeropage", ABORT),
  openBsd("rnow"),
  hvt("xnow", TRANSLATION_FAULT),
  openBsd("xnor"),
  openBsd("rnox"),
  openBsd("wnox"),
  hvt("notls", ABORT),
  hvt("tls", SUCCESS),
  hvt("ssp", ABORT),
  hvt("fpu", SUCCESS),
  hvt("time", SUCCESS),
  block("", SUCCESS, 4096 * KIB),
  block(" block-sector-size=4096", SUCCESS, 4096 * KIB, 4096),
  block(" misaligned", refused("Backing storage size must be block aligned"), 6144, 4096),
  block(" odd", refused("Block size must be a multiple of 2"), 1563, 521),
  block(
    " too small",
    refused("Block size must be a multiple of 2 greater than or equal 512"),
    256,
    256,
  ),
  net("net", SUCCESS, ["tap100"], ["limit"], [{ address: "10.0.0.2", count: 100_000 }]),
  net("net_2if", SUCCESS, ["tap100", "tap101"], ["limit"], [
    { address: "10.0.0.2", count: 50_000 },
    { address: "10.1.0.2", count: 50_000 },
  ]),
  net("net_mtu", { ...SUCCESS, shows: ["SUCCESS", "MTU is 9000"] }, ["tap102"], [], []),
  net("net_ring", SUCCESS, ["tap100"], [], [
    { address: "10.0.0.2", count: 10_000, pattern: "deadbeef" },
  ]),
  {
    name: "dumpcore hvt",
    program: "solo5-hvt-debug",
    args: (files) => [`--dumpcore=${files}`, image("dumpcore")],
    needs: ["KVM", "x86_64"],
    expected: { status: 255, core: true },
  },
  hvt(
    "mft_maxdevices",
    SUCCESS,
    (files) => [
      ...DISKS.map((disk) => `--block:${disk}=${files}/${disk}.img`),
      "--",
      image("mft_maxdevices"),
    ],
    { files: DISKS.map((disk) => [`${disk}.img`, 4 * KIB] as const) },
  ),
  {
    name: "too_many_entries elftool",
    program: "solo5-elftool",
    args: () => ["gen-manifest", "test_too_many_entries/manifest.json", "/dev/null"],
    needs: [],
    expected: refused("too many entries, maximum 63"),
  },
  hvt(
    "buggyelf",
    refused("note does not fall within valid size"),
    () => ["test_buggyelf/buggyelf.hvt"],
  ),
];

/** The tests whose guest gets a flood of requests, and only then ends. */
export const FLOODED: readonly string[] = SUITE
  .filter(({ floods }) => floods !== undefined && floods.length > 0)
  .map(({ name }) => name);

/** The tests that need taps. */
export const NETWORKED: readonly string[] = SUITE
  .filter(({ needs }) => needs.includes("network"))
  .map(({ name }) => name);

/** The arguments of `ping` for a flood, as the suite gives them. */
export function pingArguments({ address, count, pattern }: Flood): string[] {
  return [
    "-fq",
    "-c",
    String(count),
    ...(pattern === undefined ? [] : ["-p", pattern]),
    address,
  ];
}
