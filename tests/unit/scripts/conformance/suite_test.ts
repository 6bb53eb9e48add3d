/**
 * The suite as data: its arguments and its judgement. With a Solo5 checkout
 * (`SOLO5_SOURCE`) the names are held against the suite's own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SUITE_FILE, testNames } from "../../../../scripts/conformance/checkout.ts";
import { skipReason } from "../../../../scripts/conformance/driver.ts";
import { type Ended, judge } from "../../../../scripts/conformance/judge.ts";
import {
  type Expected,
  FLOODED,
  NETWORKED,
  pingArguments,
  SUITE,
} from "../../../../scripts/conformance/suite.ts";

const SOURCE = Deno.env.get("SOLO5_SOURCE");

function find(name: string) {
  const test = SUITE.find((each) => each.name === name);
  assert(test, name);
  return test;
}

Deno.test({
  name: "SUITE has the tests of the suite in its order when a checkout is at hand " +
    "(needs SOLO5_SOURCE)",
  ignore: SOURCE === undefined,
  fn() {
    const suite = Deno.readTextFileSync(`${SOURCE}/${SUITE_FILE}`);
    assertEquals(SUITE.map(({ name }) => name), testNames(suite));
  },
});

Deno.test("testNames() finds only tests for hvt and elftool when the suite has others", () => {
  const suite = `
@test "noexec host" {
@test "hello hvt" {
  hvt_run x
}
@test "hello spt" {
# @test "quiet hvt" {
  @test "blk block-sector-size=4096 hvt" {
@test "too_many_entries elftool" {`;
  assertEquals(testNames(suite), [
    "hello hvt",
    "blk block-sector-size=4096 hvt",
    "too_many_entries elftool",
  ]);
});

const ARGUMENTS: Readonly<Record<string, string>> = {
  "hello hvt": "--mem=4096 test_hello/test_hello.hvt Hello_Solo5",
  "quiet hvt": "--mem=4096 -- test_quiet/test_quiet.hvt --solo5:quiet",
  "tls hvt": "--mem=4096 test_tls/test_tls.hvt",
  "blk hvt": "--mem=4096 --block:storage=/f/storage.img -- test_blk/test_blk.hvt",
  "blk odd hvt": "--mem=4096 --block:storage=/f/storage.img " +
    "--block-sector-size:storage=521 -- test_blk/test_blk.hvt",
  "net hvt": "--mem=4096 --net:service0=tap100 -- test_net/test_net.hvt limit",
  "net_2if hvt": "--mem=4096 --net:service0=tap100 --net:service1=tap101 " +
    "-- test_net_2if/test_net_2if.hvt limit",
  "net_ring hvt": "--mem=4096 --net:service0=tap100 -- test_net_ring/test_net_ring.hvt",
  "dumpcore hvt": "--dumpcore=/f test_dumpcore/test_dumpcore.hvt",
  "buggyelf hvt": "--mem=4096 test_buggyelf/buggyelf.hvt",
  "too_many_entries elftool":
    "gen-manifest test_too_many_entries/manifest.json /dev/null",
};

for (const [name, args] of Object.entries(ARGUMENTS)) {
  Deno.test(`the arguments are the suite's when the test is ${name}`, () => {
    assertEquals(find(name).args("/f").join(" "), args);
  });
}

Deno.test("mft_maxdevices gives each of 63 disks a file of its own when it is run", () => {
  const { args, files } = find("mft_maxdevices hvt");
  const flags = args("/f").filter((arg) => arg.startsWith("--block:"));
  assertEquals(flags.length, 63);
  assertEquals(flags[62], "--block:storage62=/f/storage62.img");
  assertEquals(files?.length, 63);
  assertEquals(files?.[62], ["storage62.img", 4096]);
});

Deno.test("every test has a name and an image file of its own when they are listed", () => {
  assertEquals(new Set(SUITE.map(({ name }) => name)).size, SUITE.length);
  assertEquals(FLOODED, ["net hvt", "net_2if hvt", "net_ring hvt"]);
  assertEquals(NETWORKED, ["net hvt", "net_2if hvt", "net_mtu hvt", "net_ring hvt"]);
});

Deno.test("pingArguments() are the suite's when a pattern is given and when none is", () => {
  const [first] = find("net hvt").floods!;
  const [ring] = find("net_ring hvt").floods!;
  assertEquals(pingArguments(first!).join(" "), "-fq -c 100000 10.0.0.2");
  assertEquals(pingArguments(ring!).join(" "), "-fq -c 10000 -p deadbeef 10.0.0.2");
});

Deno.test("skipReason() names what is missing when the test needs it, and only then", () => {
  const missing = { network: "needs root" };
  assertEquals(skipReason(find("net hvt"), missing), "needs root");
  assertEquals(skipReason(find("hello hvt"), missing), undefined);
  assertEquals(skipReason(find("rnow hvt"), {}), "not supported on Linux");
  assertEquals(skipReason(find("too_many_entries elftool"), { KVM: "none" }), undefined);
});

const SUCCESS: Expected = { status: 0, shows: ["SUCCESS"] };
const CORE: Expected = { status: 255, core: true };
const DUMPED = "P: dumping guest core to: /f/core.solo5-hvt.42\nP: dumped\n";

const JUDGED: readonly (readonly [
  what: string,
  expected: Expected,
  ended: Ended,
  wrong: readonly string[],
])[] = [
  ["all is there", SUCCESS, { status: 0, output: "a\nSUCCESS\n" }, []],
  ["the status is another", SUCCESS, { status: 1, output: "SUCCESS" }, [
    "exit status 1, expected 0",
  ]],
  ["a text is missing", SUCCESS, { status: 0, output: "SUCCES" }, [
    '"SUCCESS" is not in the output',
  ]],
  ["it had to be ended", SUCCESS, { status: undefined, output: "" }, [
    "it did not end in time",
    '"SUCCESS" is not in the output',
  ]],
  ["a text is there that may not be", { status: 0, hides: "Solo5:" }, {
    status: 0,
    output: "x Solo5: y",
  }, ['"Solo5:" is in the output']],
  ["the core is there", CORE, { status: 255, output: DUMPED }, []],
  ["the core is not there", CORE, {
    status: 255,
    output: DUMPED.replace("42", "43"),
  }, ["there is no file core.solo5-hvt.43"]],
  ["the core's name does not end its line", CORE, {
    status: 255,
    output: DUMPED.replace("42", "42 done"),
  }, ["no line ends in core.solo5-hvt.NUMBER"]],
];

for (const [what, expected, ended, wrong] of JUDGED) {
  Deno.test(`judge() finds ${wrong.length} faults when ${what}`, () => {
    assertEquals(judge(expected, ended, (name) => name === "core.solo5-hvt.42"), [
      ...wrong,
    ]);
  });
}
