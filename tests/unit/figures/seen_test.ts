import { assertEquals } from "@std/assert";
import { BlockCount, GuestCount, NetCount } from "../../../src/contract/figures.ts";
import { figuresFolder } from "../../../src/figures/entry.ts";
import { decodeFigures, MOST_FIGURES_BYTES } from "../../../src/figures/seen.ts";
import {
  deviceAt,
  encodeFigures,
  FiguresHeader,
  guestAt,
  type GuestDescription,
} from "../../../src/figures/table.ts";
import { Random } from "../../support/random.ts";

const GUEST: GuestDescription = {
  name: "web-1",
  pid: 4711,
  image: "/srv/a \u{1f600}.hvt",
  memoryBytes: 512 << 20,
  devices: [
    { name: "service0", type: "NET_BASIC", resource: "tap0" },
    { name: "disk", type: "BLOCK_BASIC", resource: "@7" },
  ],
};

function set(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer).setFloat64(at, value, true);
}

Deno.test("decodeFigures() finds what encodeFigures() wrote, and sums of all threads", () => {
  const bytes = encodeFigures(GUEST);
  set(bytes, guestAt() + 8 * GuestCount.started, 1234.5);
  set(bytes, deviceAt(0, 0) + 8 * NetCount.framesIn, 3);
  set(bytes, deviceAt(0, 1) + 8 * NetCount.framesIn, 4);
  set(bytes, deviceAt(1, 0) + 8 * BlockCount.bytesWritten, 2 ** 40);
  const seen = decodeFigures(bytes)!;
  assertEquals(seen.description, GUEST);
  assertEquals(seen.guest[GuestCount.started], 1234.5);
  assertEquals(seen.devices[0]![NetCount.framesIn], 7);
  assertEquals(seen.devices[1]![BlockCount.bytesWritten], 2 ** 40);
});

Deno.test("decodeFigures() reads a guest without name and devices", () => {
  const guest = { ...GUEST, name: undefined, devices: [] };
  assertEquals(decodeFigures(encodeFigures(guest))?.description, guest);
});

Deno.test("decodeFigures() takes numbers that no tender writes for 0", () => {
  const bytes = encodeFigures(GUEST);
  [NaN, -1, Infinity, 1e300].forEach((number, index) =>
    set(bytes, guestAt() + 8 * (GuestCount.calls + index), number)
  );
  assertEquals(decodeFigures(bytes)!.guest.slice(0, 4), [0, 0, 0, 0]);
});

const BAD: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => void>> = {
  "another beginning": (bytes) => bytes[0] = 0,
  "another version": (bytes) => bytes[FiguresHeader.version] = 2,
  "more devices than a manifest has": (bytes) => bytes[FiguresHeader.devices] = 65,
  "fewer devices than its text": (bytes) => bytes[FiguresHeader.devices] = 1,
  "a text that is longer than it": (bytes) => bytes[FiguresHeader.textBytes + 2] = 1,
  "a text that is no JSON": (bytes) => bytes[bytes.length - 1] = 0,
};

for (const [what, spoil] of Object.entries(BAD)) {
  Deno.test(`decodeFigures() takes nothing from a file with ${what}`, () => {
    const bytes = encodeFigures(GUEST);
    spoil(bytes);
    assertEquals(decodeFigures(bytes), undefined);
  });
}

const TEXTS: readonly string[] = [
  "null",
  "7",
  "[]",
  '{"image":1,"memoryBytes":1,"devices":[]}',
  '{"image":"x","memoryBytes":-1,"devices":[]}',
  '{"image":"x","memoryBytes":1,"devices":[null]}',
  '{"image":"x","memoryBytes":1,"devices":[{"name":"a","type":"X","resource":"b"}]}',
  '{"name":"a/b","image":"x","memoryBytes":1,"devices":[]}',
  '{"name":"\\u001b[31m","image":"x","memoryBytes":1,"devices":[]}',
  '{"name":"12","image":"x","memoryBytes":1,"devices":[]}',
];

for (const text of TEXTS) {
  Deno.test(`decodeFigures() takes nothing from a file that says ${text}`, () => {
    const start = encodeFigures({ ...GUEST, devices: [] }).subarray(0, deviceAt(0, 0));
    const words = new TextEncoder().encode(text);
    const bytes = new Uint8Array(start.length + words.length);
    bytes.set(start);
    bytes.set(words, start.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(FiguresHeader.textBytes, words.length, true);
    assertEquals(decodeFigures(bytes), undefined);
  });
}

Deno.test("decodeFigures() takes nothing from garbage of any length", () => {
  const random = new Random(7);
  for (const length of [0, 1, 63, 64, 500, 4096, MOST_FIGURES_BYTES + 1]) {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    assertEquals(decodeFigures(bytes), undefined);
    bytes.set(encodeFigures(GUEST).subarray(0, Math.min(24, length)));
    assertEquals(decodeFigures(bytes), undefined);
  }
});

const FOLDERS: Readonly<Record<string, readonly [user: number, environment: string]>> = {
  "/run/solo5": [0, "XDG_RUNTIME_DIR=/run/user/0\0"],
  "/run/user/7/solo5": [7, "HOME=/home/x\0"],
  "/x/solo5": [7, "A=b\0XDG_RUNTIME_DIR=/x\0"],
  "/run/user/8/solo5": [8, "XDG_RUNTIME_DIR=relative\0"],
  "/y": [0, "SOLO5_RUNTIME_DIR=/y\0"],
  "/z": [7, "XDG_RUNTIME_DIR=/x\0SOLO5_RUNTIME_DIR=/z\0"],
};

for (const [folder, [user, environment]] of Object.entries(FOLDERS)) {
  Deno.test(`figuresFolder() of user ${user} with ${JSON.stringify(environment)} is ${folder}`, () => {
    assertEquals(figuresFolder(user, environment), folder);
  });
}
