import { assertEquals } from "@std/assert";
import { addNamed, type ListenVariables } from "../../../src/binding/listen.ts";
import type { BindingRequest, NamedRequest } from "../../../src/binding/request.ts";

const TAP: NamedRequest = { type: "NET_BASIC", device: "service", listen: "tap" };
const DISK: NamedRequest = {
  type: "BLOCK_BASIC",
  device: "storage",
  listen: "disk",
  readOnly: true,
};

/** What a service manager sets when it starts process 7 with these. */
function passing(names: string): ListenVariables {
  return { ownPid: 7, pid: "7", count: String(names.split(":").length), names };
}

Deno.test("addNamed() gives descriptors from 3 on in the order of their names", () => {
  const problems = ["another"];
  assertEquals(addNamed({ problems }, [TAP, DISK], passing("disk:tap")), {
    net: [{ device: "service", tap: { descriptor: 4, listen: "tap" } }],
    block: [{
      device: "storage",
      file: { descriptor: 3, listen: "disk", readOnly: true },
    }],
    problems,
  });
});

Deno.test("addNamed() lets a disk be written when the flag does not say ,ro", () => {
  const { readOnly: _, ...disk } = DISK;
  const { block } = addNamed({}, [disk], passing("disk"));
  assertEquals(block?.[0]?.file, { descriptor: 3, listen: "disk", readOnly: false });
});

Deno.test("addNamed() keeps when a disk is synced when the flag says so", () => {
  const { readOnly: _, ...disk } = DISK;
  const { block } = addNamed({}, [{ ...disk, sync: "end" }], passing("disk"));
  assertEquals(block?.[0]?.file, {
    descriptor: 3,
    listen: "disk",
    readOnly: false,
    sync: "end",
  });
});

Deno.test("addNamed() leaves other devices as they are", () => {
  const net = [{ device: "other", tap: { interface: "tap0" } }];
  const block = [{ device: "storage", sectorSizeBytes: 4096 }];
  const added = addNamed({ net, block, memoryMebibytes: 4 }, [DISK], passing("disk"));
  assertEquals(added.net, net);
  assertEquals(added.block?.[0], block[0]);
  assertEquals([added.memoryMebibytes, added.problems], [4, []]);
});

Deno.test("addNamed() counts a passed descriptor as used when a flag has its number", () => {
  const net = [{ device: "other", tap: { descriptor: 3 } }];
  assertEquals(addNamed({ net }, [DISK], passing("tap:disk")).problems, []);
});

const UNSET = { ownPid: 7, pid: undefined, count: undefined, names: undefined };
const NOT_SET =
  "@listen: needs LISTEN_FDS and LISTEN_PID, which are not set (start it from a unit that passes descriptors, or give @FD)";
const BOTH = [TAP, DISK];

const REFUSED: readonly (readonly [
  string,
  BindingRequest,
  readonly NamedRequest[],
  ListenVariables,
  string[],
])[] = [
  ["nothing is set", {}, BOTH, UNSET, [NOT_SET]],
  ["no process is named", {}, BOTH, { ...passing("disk:tap"), pid: undefined }, [
    NOT_SET,
  ]],
  ["no number is named", {}, BOTH, { ...passing("disk:tap"), count: undefined }, [
    NOT_SET,
  ]],
  ["they are another process's", {}, BOTH, { ...passing("disk:tap"), pid: "77" }, [
    'LISTEN_PID is "77", and this is process 7 (have the unit, or a script that ends in exec, start solo5 itself)',
  ]],
  ["there are none", {}, [TAP], { ...passing("tap"), count: "0" }, [
    'LISTEN_FDS is "0" (pass one descriptor or more)',
  ]],
  ["their number is none", {}, [TAP], { ...passing("tap"), count: "1x" }, [
    'LISTEN_FDS is "1x" (pass one descriptor or more)',
  ]],
  ["they have no names", {}, [TAP], { ...passing("tap"), names: undefined }, [
    "LISTEN_FDNAMES has 0 names for the 1 descriptors of LISTEN_FDS (name each, with : between them)",
  ]],
  ["a name is missing", {}, [TAP], { ...passing("tap"), count: "2" }, [
    "LISTEN_FDNAMES has 1 names for the 2 descriptors of LISTEN_FDS (name each, with : between them)",
  ]],
  ["names are unknown", {}, BOTH, passing("a:b"), [
    "--net:service=@listen:tap names no descriptor of LISTEN_FDNAMES (it has a, b)",
    "--block:storage=@listen:disk names no descriptor of LISTEN_FDNAMES (it has a, b)",
  ]],
  ["a name is doubled", {}, [TAP], passing("tap:x:tap"), [
    "--net:service=@listen:tap names more than one descriptor of LISTEN_FDNAMES (it has tap, x, tap)",
  ]],
  ["nothing uses a descriptor", {}, [TAP], passing("disk:tap:log"), [
    'LISTEN_FDNAMES has "disk", which no device uses (give it to one as @listen:disk, or do not pass it)',
    'LISTEN_FDNAMES has "log", which no device uses (give it to one as @listen:log, or do not pass it)',
  ]],
];

for (const [name, request, asked, variables, problems] of REFUSED) {
  Deno.test(`addNamed() says what is wrong, and how to mend it, when ${name}`, () => {
    assertEquals(addNamed(request, asked, variables).problems, problems);
  });
}

Deno.test("addNamed() leaves devices that bind() does not miss when names are wrong", () => {
  const { net, block } = addNamed({}, BOTH, UNSET);
  assertEquals(net, [{ device: "service", malformed: "--net" }]);
  assertEquals(block, [{ device: "storage", malformed: "--block" }]);
});
