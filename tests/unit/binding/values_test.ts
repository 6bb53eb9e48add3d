import { assertEquals } from "@std/assert";
import {
  isGuestMac,
  isInterfaceName,
  isMemorySize,
  isSectorSize,
  parseBlock,
  parseGdbEndpoint,
  parseMac,
  parseMemory,
  parseSectorSize,
  parseTap,
} from "../../../src/binding/values.ts";

for (const [text, value] of [["2", 2], ["3", 3], ["512", 512], ["4096", 4096]] as const) {
  Deno.test(`parseMemory() returns MiB when the value is ${text}`, () => {
    assertEquals(parseMemory(text), value);
  });
}

const NO_MEMORY = [
  ...["", "0", "1", "4097", "4098", "1.5", "2.0", "16M", "16 ", " 16", "0x20", "010"],
  ...["-2", "+2", "1e3", "8589934594", "18446744073709551618", "\u0662", "2\n", "2,4"],
];

for (const text of NO_MEMORY) {
  Deno.test(`parseMemory() refuses the value when it is ${JSON.stringify(text)}`, () => {
    assertEquals(parseMemory(text), undefined);
  });
}

Deno.test("isMemorySize() takes whole MiB when they are from 2 to 4096", () => {
  for (const good of [2, 3, 4095, 4096]) assertEquals(isMemorySize(good), true);
  for (const bad of [1, 4097, 2.5, 0, -2, NaN, Infinity]) {
    assertEquals(isMemorySize(bad), false, String(bad));
  }
});

const TAPS = [
  ["tap0", { interface: "tap0" }],
  ["fifteen-letters", { interface: "fifteen-letters" }],
  ["a@3", { interface: "a@3" }],
  ["...", { interface: "..." }],
  ["tapé", { interface: "tapé" }],
  ["@3", { descriptor: 3 }],
  ["@10", { descriptor: 10 }],
  ["@999999999", { descriptor: 999999999 }],
  ["@listen:tap", { listen: "tap" }],
  ["@listen:a b,ro=1@", { listen: "a b,ro=1@" }],
  ["@listen:3", { listen: "3" }],
] as const;

for (const [text, tap] of TAPS) {
  Deno.test(`parseTap() returns where frames come from when the value is ${text}`, () => {
    assertEquals(parseTap(text), tap);
  });
}

const NO_TAPS = [
  ...["", ".", "..", "sixteen-letters0", "éééééééé", "a b", "a\tb", "a/b", "a:b"],
  ...["tap%d", "a\0b", "@", "@0", "@1", "@2", "@-1", "@03", "@3x", "@ 3", "@0x3"],
  ...["@1000000000", "@4294967299", "@tap0", "@listen", "@listen:", "@Listen:tap"],
  ...["@listen:a:b", "@listen:a\tb", "@listen:é", `@listen:${"x".repeat(256)}`],
];

for (const text of NO_TAPS) {
  Deno.test(`parseTap() refuses the value when it is ${JSON.stringify(text)}`, () => {
    assertEquals(parseTap(text), undefined);
  });
}

Deno.test("isInterfaceName() counts bytes when letters have several", () => {
  assertEquals(isInterfaceName("é".repeat(7)), true);
  assertEquals(isInterfaceName("é".repeat(8)), false);
});

const MACS = [
  ["02:00:00:00:00:01", [2, 0, 0, 0, 0, 1]],
  ["fe:dc:ba:98:76:54", [0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54]],
  ["FE:Dc:bA:98:76:54", [0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54]],
  ["2:0:a:0:B:1", [2, 0, 10, 0, 11, 1]],
  ["0:0:0:0:0:1", [0, 0, 0, 0, 0, 1]],
] as const;

for (const [text, bytes] of MACS) {
  Deno.test(`parseMac() returns six bytes when the value is ${text}`, () => {
    assertEquals(parseMac(text), Uint8Array.from(bytes));
  });
}

const NO_MACS = [
  ...["", "02:00:00:00:00", "02:00:00:00:00:01:02", "02-00-00-00-00-01"],
  ...["020000000001", "02:00:00:00:00:001", "02:00:00:00:00:", ":02:00:00:00:00:01"],
  ...["02:00:00:00:00:0g", "02:00:00:00:00:-1", " 02:00:00:00:00:01"],
  ...["02:00:00:00:00:01\n", "02:00:00:00:00:0x", "00:00:00:00:00:00"],
  ...["01:00:5e:00:00:01", "03:00:00:00:00:01", "ff:ff:ff:ff:ff:ff"],
];

for (const text of NO_MACS) {
  Deno.test(`parseMac() refuses the value when it is ${JSON.stringify(text)}`, () => {
    assertEquals(parseMac(text), undefined);
  });
}

Deno.test("isGuestMac() refuses an address when it has not six bytes", () => {
  assertEquals(isGuestMac(Uint8Array.of(2, 0, 0, 0, 0, 1)), true);
  assertEquals(isGuestMac(Uint8Array.of(2, 0, 0, 0, 0)), false);
  assertEquals(isGuestMac(Uint8Array.of(2, 0, 0, 0, 0, 1, 1)), false);
});

const BLOCKS = [
  ["disk.img", "disk.img", false],
  ["disk.img,ro", "disk.img", true],
  ["disk.img,rw", "disk.img", false],
  ["disk.img,ro,rw", "disk.img,ro", false],
  ["disk.img,rw,ro", "disk.img,rw", true],
  ["disk.img,RO", "disk.img,RO", false],
  ["disk.img,", "disk.img,", false],
  ["a disk=1,2:3", "a disk=1,2:3", false],
  ["/dev/vdb,ro", "/dev/vdb", true],
  ["ro", "ro", false],
] as const;

for (const [text, path, readOnly] of BLOCKS) {
  Deno.test(`parseBlock() returns path and access when the value is ${text}`, () => {
    assertEquals(parseBlock(text), { path, readOnly });
  });
}

const SYNCED_BLOCKS = [
  ["disk.img,sync=none", { path: "disk.img", readOnly: false, sync: "none" }],
  ["disk.img,sync=write", { path: "disk.img", readOnly: false, sync: "write" }],
  ["disk.img,sync=end", { path: "disk.img", readOnly: false, sync: "end" }],
  ["disk.img,rw,sync=end", { path: "disk.img", readOnly: false, sync: "end" }],
  ["disk.img,sync=end,ro", { path: "disk.img", readOnly: true, sync: "end" }],
  ["disk.img,ro,sync=end", { path: "disk.img", readOnly: true, sync: "end" }],
  ["a,ro,sync=end,rw", { path: "a,ro", readOnly: false, sync: "end" }],
  ["a,sync=x,sync=end", { path: "a,sync=x", readOnly: false, sync: "end" }],
  ["a,sync=x/disk.img", { path: "a,sync=x/disk.img", readOnly: false }],
  ["a,sync", { path: "a,sync", readOnly: false }],
  ["sync=end", { path: "sync=end", readOnly: false }],
  ["@3,sync=write", { descriptor: 3, readOnly: false, sync: "write" }],
  ["@listen:a,sync=end", { listen: "a", readOnly: false, sync: "end" }],
] as const;

for (const [text, file] of SYNCED_BLOCKS) {
  Deno.test(`parseBlock() returns when to sync when the value is ${text}`, () => {
    assertEquals(parseBlock(text), file);
  });
}

const OPEN_BLOCKS = [
  ["@3", { descriptor: 3, readOnly: false }],
  ["@17,ro", { descriptor: 17, readOnly: true }],
  ["@17,rw", { descriptor: 17, readOnly: false }],
  ["@listen:disk", { listen: "disk", readOnly: false }],
  ["@listen:disk,ro", { listen: "disk", readOnly: true }],
  ["@listen:disk,ro,rw", { listen: "disk,ro", readOnly: false }],
  ["./@3", { path: "./@3", readOnly: false }],
] as const;

for (const [text, file] of OPEN_BLOCKS) {
  Deno.test(`parseBlock() returns what is open when the value is ${text}`, () => {
    assertEquals(parseBlock(text), file);
  });
}

const NO_BLOCKS = [
  "",
  ",ro",
  ",rw",
  "@",
  "@disk.img",
  "@2",
  "@-1",
  "@3,r",
  "@listen:,ro",
  ",sync=end",
  "disk.img,sync=",
  "disk.img,sync=on",
  "disk.img,sync=END",
  "disk.img,sync=on,ro",
];

for (const text of NO_BLOCKS) {
  Deno.test(`parseBlock() refuses the value when it is "${text}"`, () => {
    assertEquals(parseBlock(text), undefined);
  });
}

for (const size of [512, 1024, 2048, 4096, 8192, 16384, 32768]) {
  Deno.test(`parseSectorSize() returns bytes when the value is ${size}`, () => {
    assertEquals(parseSectorSize(String(size)), size);
    assertEquals(isSectorSize(size), true);
  });
}

const NO_SECTOR_SIZES = [
  ...["", "0", "1", "256", "511", "513", "768", "1000", "32767", "65536", "66048"],
  ...["0512", "512 ", "512.0", "0x200", "-512", "4k"],
];

for (const text of NO_SECTOR_SIZES) {
  Deno.test(`parseSectorSize() refuses the value when it is "${text}"`, () => {
    assertEquals(parseSectorSize(text), undefined);
  });
}

Deno.test("isSectorSize() refuses a size when it is no power of two", () => {
  for (const bad of [512.5, 724, 0, -512, NaN, Infinity]) {
    assertEquals(isSectorSize(bad), false, String(bad));
  }
});

const ENDPOINTS = [
  ["0", { port: 0 }],
  ["1234", { port: 1234 }],
  ["65535", { port: 65535 }],
  ["./gdb", { socket: "./gdb" }],
  ["/run/a socket", { socket: "/run/a socket" }],
  ["1234/", { socket: "1234/" }],
] as const;

for (const [text, endpoint] of ENDPOINTS) {
  Deno.test(`parseGdbEndpoint() returns where gdb connects when the value is ${text}`, () => {
    assertEquals(parseGdbEndpoint(text), endpoint);
  });
}

for (const text of ["", "65536", "-1", "01234", "1234 ", ":1234", "gdb", "/a\0b"]) {
  Deno.test(`parseGdbEndpoint() refuses the value when it is ${JSON.stringify(text)}`, () => {
    assertEquals(parseGdbEndpoint(text), undefined);
  });
}
