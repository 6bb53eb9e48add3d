import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Answer } from "../../../../src/modules/gdb/answers.ts";
import { Breakpoints } from "../../../../src/modules/gdb/breakpoints.ts";
import { describeTarget } from "../../../../src/modules/gdb/description.ts";
import { MOST_PACKET_BYTES } from "../../../../src/modules/gdb/packets.ts";
import { REGISTERS_BYTES } from "../../../../src/modules/gdb/registers.ts";
import { Session, type Target } from "../../../../src/modules/gdb/session.ts";
import { Random } from "../../../support/random.ts";

const MEMORY_BYTES = 0x20000;

/** A guest of which everything is in JavaScript's heap. */
class FakeTarget implements Target {
  readonly memoryBytes = MEMORY_BYTES;
  readonly breakpoints = new Breakpoints(new Set(["execute", "write", "access"]));
  readonly memory = new Uint8Array(MEMORY_BYTES);
  file = new Uint8Array(REGISTERS_BYTES);
  jumps: bigint[] = [];

  registers() {
    return this.file.slice();
  }

  setRegisters(bytes: Uint8Array<ArrayBuffer>) {
    assertEquals(bytes.length, REGISTERS_BYTES);
    if (bytes[144] !== this.file[144]) return false;
    this.file = bytes;
    return true;
  }

  read(address: number, length: number) {
    assert(address >= 0 && length >= 0 && address + length <= MEMORY_BYTES);
    return this.memory.slice(address, address + length);
  }

  write(address: number, bytes: Uint8Array) {
    assert(address >= 0 && address + bytes.length <= MEMORY_BYTES);
    this.memory.set(bytes, address);
  }

  jump(address: bigint) {
    this.jumps.push(address);
  }
}

function session(): { target: FakeTarget; ask: (data: string) => Answer } {
  const target = new FakeTarget();
  const session = new Session(target);
  const bytes = (data: string) =>
    Uint8Array.from(data, (character) => character.charCodeAt(0));
  return { target, ask: (data) => session.answer(bytes(data)) };
}

/** The answer's text, or what it leads to. */
function short(answer: Answer): string {
  if (answer.kind !== "reply") return JSON.stringify(answer);
  assert(typeof answer.data === "string");
  return answer.data;
}

const RUN = '{"kind":"resume","step":false}', STEP = '{"kind":"resume","step":true}';

/** Packets to a new session, and its answers. */
const ANSWERS: readonly (readonly [packet: string, answer: string])[] = [
  ["?", "T05thread:1;"],
  ["!", ""],
  ["", ""],
  ["Hg0", "OK"],
  ["Hc-1", "OK"],
  ["T1", "OK"],
  ["qC", "QC1"],
  ["qAttached", "1"],
  ["qAttached:1", "1"],
  ["qfThreadInfo", "m1"],
  ["qsThreadInfo", "l"],
  ["qSymbol::", "OK"],
  ["qTStatus", ""],
  ["vMustReplyEmpty", ""],
  ["vCont?", "vCont;c;C;s;S"],
  ["vCont;c", RUN],
  ["vCont;C0b:1", RUN],
  ["vCont;s:1;c", STEP],
  ["vCont;t", ""],
  ["vCont", ""],
  ["c", RUN],
  ["s", STEP],
  ["C05", RUN],
  ["S05;100", STEP],
  ["c10000000000000000", "E01"],
  ["k", '{"kind":"kill"}'],
  ["vKill;1", '{"kind":"kill","data":"OK"}'],
  ["vKillx", ""],
  ["D", '{"kind":"detach"}'],
  ["D;1", '{"kind":"detach"}'],
  ["QStartNoAckMode", '{"kind":"no acknowledgements"}'],
  ["m0,4", "00000000"],
  ["m1fffe,4", "0000"],
  ["m1ffff,ffffffffffffffff", "00"],
  ["m20000,1", "E14"],
  ["mffffffffffffffff,1", "E14"],
  ["m", "E01"],
  ["m0", "E01"],
  ["m,1", "E01"],
  ["m-1,1", "E01"],
  ["m0,1,2", "E01"],
  ["m10000000000000000,1", "E01"],
  ["M0,2:abcd", "OK"],
  ["M0,2:ab", "E01"],
  ["M0,1:abcd", "E01"],
  ["M0,1:zz", "E01"],
  ["M0,1", "E01"],
  ["M1ffff,2:0000", "E14"],
  ["Mffffffffffffffff,1:00", "E14"],
  ["X0,3:\xff\x00:", "OK"],
  ["X0,0:", "OK"],
  ["X0,2:a", "E01"],
  ["X1ffff,2:ab", "E14"],
  ["p10", "0000000000000000"],
  ["p11", "00000000"],
  ["p3b", "E01"],
  ["p", "E01"],
  ["pffffffffffffffff", "E01"],
  ["P0=0102030405060708", "OK"],
  ["P0=01020304050607", "E01"],
  ["P0=010203040506070809", "E01"],
  ["P3b=00", "E01"],
  ["P0", "E01"],
  ["P13=01000000", "E14"],
  ["G00", "E01"],
  ["Gzz", "E01"],
  ["Z0,1000,1", "OK"],
  ["z0,1000,1", "OK"],
  ["Z0,1000,1;X1,0", "OK"],
  ["Z2,1001,7", "OK"],
  ["Z3,1000,1", ""],
  ["Z4,1000,28", "E28"],
  ["Z4,1000,ffffffffffffffff", "E14"],
  ["Z5,1000,1", ""],
  ["Z0,20000,1", "E14"],
  ["Z0,ffffffffffffffff,1", "E14"],
  ["Z1,1ffff,0", "OK"],
  ["Z0,,", "E01"],
  ["Z0", ""],
  ["qXfer:features:read:other.xml:0,10", "E00"],
  ["qXfer:features:read:target.xml:0", "E01"],
  ["qXfer:features:read:target.xml:ffffffffffffffff,10", "l"],
  ["qXfer:memory-map:read::0,10", ""],
];

for (const [packet, answer] of ANSWERS) {
  Deno.test(`answer() is "${answer}" when the packet is "${packet}"`, () => {
    assertEquals(short(session().ask(packet)), answer);
  });
}

Deno.test("answer() writes memory and registers when it says OK", () => {
  const { target, ask } = session();
  ask("M10,2:abcd");
  ask("X12,3:\xff\x00:");
  assertEquals([...target.memory.subarray(0x10, 0x15)], [0xab, 0xcd, 0xff, 0x00, 0x3a]);
  ask("P10=0100000000000080");
  assertEquals(short(ask("p10")), "0100000000000080");
  assertEquals(short(ask(`G${"11".repeat(144)}${"00".repeat(408)}`)), "OK");
  assertEquals(short(ask("g")), `${"11".repeat(144)}${"00".repeat(408)}`);
  ask("c1234");
  ask("S05;5678");
  assertEquals(target.jumps, [0x1234n, 0x5678n]);
});

Deno.test("answer() writes nothing when a packet is malformed or out of range", () => {
  const { target, ask } = session();
  for (const [packet, answer] of ANSWERS.filter(([, answer]) => answer.startsWith("E"))) {
    assertEquals(short(ask(packet)), answer);
  }
  assertEquals(target.memory.some((byte) => byte !== 0), false);
  assertEquals(target.file.some((byte) => byte !== 0), false);
  assertEquals(target.jumps, []);
});

Deno.test("answer() keeps memory within a packet when gdb asks for more", () => {
  const { ask } = session();
  const { length } = short(ask("m0,ffffff"));
  assert(length <= MOST_PACKET_BYTES && length > MOST_PACKET_BYTES - 32, `${length}`);
});

Deno.test("answer() gives the description in parts when gdb asks for parts", () => {
  const { ask } = session();
  let whole = "";
  for (let part = "m"; part.startsWith("m");) {
    part = short(ask(`qXfer:features:read:target.xml:${whole.length.toString(16)},100`));
    whole += part.slice(1);
  }
  assertEquals(whole, describeTarget());
});

Deno.test("describeStop() names a breakpoint when gdb knows the name", () => {
  const target = new FakeTarget();
  const silent = new Session(target), named = new Session(target);
  const hello = "qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386";
  const answer = named.answer(new TextEncoder().encode(hello));
  assertMatch(short(answer), /^PacketSize=4000;QStartNoAckMode\+;qXfer:features:read\+/);
  for (const reason of ["swbreak", "hwbreak"]) {
    assertEquals(silent.describeStop({ signal: 5, reason }), "T05thread:1;");
    assertEquals(named.describeStop({ signal: 5, reason }), `T05thread:1;${reason}:;`);
  }
  const stop = { signal: 11, reason: "watch:1000" };
  assertEquals(silent.describeStop(stop), "T0bthread:1;watch:1000;");
  // What is asked for later is the latest stop.
  assertEquals(
    short(silent.answer(new TextEncoder().encode("?"))),
    silent.describeStop(),
  );
  assertEquals(silent.describeStop({ signal: 2 }), "T02thread:1;");
});

Deno.test("answer() answers and touches only the guest when packets are random", () => {
  const random = new Random(3);
  const { ask } = session();
  const seeds = ANSWERS.map(([packet]) => packet);
  for (let round = 0; round < 20_000; round++) {
    const seed = random.below(4) === 0 ? "" : random.pick(seeds);
    const characters = [...seed];
    for (let change = random.below(4); change > 0; change--) {
      const at = random.below(characters.length + 1);
      const character = random.below(2) === 0
        ? random.pick([..."0123456789abcdef,;:=-ZzmMXpPgGqQvcCsS"])
        : String.fromCharCode(random.below(256));
      characters.splice(at, random.below(2), character);
    }
    const answer = ask(characters.join(""));
    if (answer.kind !== "reply" || typeof answer.data !== "string") continue;
    assert(answer.data.length <= MOST_PACKET_BYTES);
  }
});
