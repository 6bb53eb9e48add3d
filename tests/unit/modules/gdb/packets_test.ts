import { assertEquals } from "@std/assert";
import {
  type Incoming,
  isOpening,
  MOST_PACKET_BYTES,
  packet,
  PacketReader,
  parseBytes,
  parseHex,
} from "../../../../src/modules/gdb/packets.ts";
import { Random } from "../../../support/random.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Everything that a reader makes of a stream, in pieces of so many bytes. */
function read(stream: Uint8Array, piece = stream.length || 1): Incoming[] {
  const reader = new PacketReader();
  const found: Incoming[] = [];
  for (let at = 0; at < stream.length; at += piece) {
    reader.push(stream.subarray(at, at + piece));
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      found.push(next);
    }
  }
  return found;
}

/** The same in short: data of packets as text, else the kind. */
function short(stream: Uint8Array | string, piece?: number): string[] {
  return read(typeof stream === "string" ? bytes(stream) : stream, piece).map((each) =>
    each.kind === "packet" ? `"${new TextDecoder().decode(each.data)}"` : each.kind
  );
}

const STREAMS: readonly (readonly [name: string, stream: string, found: string[]])[] = [
  ["a packet is whole", "+$g#67", ['"g"']],
  ["it is empty", "$#00", ['""']],
  ["digits are capital", "$O#4F", ['"O"']],
  ["two come at once", "$?#3f+$c#63", ['"?"', '"c"']],
  ["there is noise between them", "GET /\r\n$c#63#!$s#73", ['"c"', '"s"']],
  ["Ctrl-C is outside", "\x03$c#63\x03", ["interrupt", '"c"', "interrupt"]],
  ["Ctrl-C is data", "$\x03#03", ['"\x03"']],
  ["the sum is wrong", "$c#64$c#63", ["damaged", '"c"']],
  ["the sum is no number", "$c#6g", ["damaged"]],
  ["the sum has a sign", "$\xff#-3", ["damaged"]],
  ["one begins in another", "$abc$c#63", ['"c"']],
  ["an answer was damaged", "-+", ["again"]],
  ["bytes are escaped", "$}\x03}\x04}]#db", ['"#$}"']],
  ["an escape has nothing behind it", "$c}#e0", ['"c"']],
];

for (const [name, stream, found] of STREAMS) {
  Deno.test(`PacketReader reads on when ${name}`, () => {
    assertEquals(short(stream), found);
    assertEquals(short(stream, 1), found);
  });
}

Deno.test("PacketReader drops a packet when it is too long", () => {
  const most = packet("m".repeat(MOST_PACKET_BYTES));
  assertEquals(read(most).map(({ kind }) => kind), ["packet"]);
  const more = packet("m".repeat(MOST_PACKET_BYTES + 1));
  const huge = packet(new Uint8Array(10 * MOST_PACKET_BYTES));
  const stream = new Uint8Array([...more, ...huge, ...packet("g")]);
  assertEquals(short(stream, 4096), ["oversized", "oversized", '"g"']);
});

Deno.test("PacketReader gives back what packet() took when bytes are random", () => {
  const random = new Random(1);
  for (let round = 0; round < 200; round++) {
    const data = random.bytes(random.below(100));
    const sent = packet(data);
    const [incoming, ...more] = read(sent, 1 + random.below(7));
    assertEquals(incoming, { kind: "packet", data });
    assertEquals(more, []);
    const inside = sent.subarray(1, -3);
    assertEquals(inside.includes(0x24) || inside.includes(0x23), false);
  }
});

Deno.test("PacketReader finds the next packet when random bytes came before", () => {
  const random = new Random(2);
  const special = bytes("$$##}}+-\x03");
  for (let round = 0; round < 300; round++) {
    const noise = random.bytes(random.below(200)).map((byte) =>
      random.below(3) === 0 ? random.pick([...special]) : byte
    );
    // Three hashes end whatever the noise began.
    const stream = new Uint8Array([...noise, ...bytes("###"), ...packet("vCont?")]);
    assertEquals(short(stream, 1 + random.below(50)).at(-1), '"vCont?"');
  }
});

Deno.test("isOpening() says no when a connection begins like a browser's", () => {
  for (const [text, opening] of [["+$q", true], ["$?", true], ["GET", false]] as const) {
    assertEquals(isOpening(bytes(text)[0]!), opening, text);
  }
  assertEquals([0x03, 0x16, 0x2d, 0xff].map(isOpening), [true, false, true, false]);
});

Deno.test("parseHex() and parseBytes() return undefined when text is no number", () => {
  assertEquals(parseHex("fFfFfFfFfFfFfFfF"), 0xffff_ffff_ffff_ffffn);
  assertEquals(parseHex("0"), 0n);
  for (const text of ["", "10000000000000000", "-1", "0x1", "1 ", "g", "１"]) {
    assertEquals(parseHex(text), undefined, text);
  }
  assertEquals(parseBytes("00fF"), Uint8Array.of(0, 255));
  assertEquals(parseBytes(""), new Uint8Array());
  for (const text of ["0", "0g", "00 1", "\n"]) {
    assertEquals(parseBytes(text), undefined, text);
  }
});
