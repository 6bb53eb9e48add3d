import { assertEquals, assertThrows } from "@std/assert";
import { Errno, lastErrno } from "../../../../ffi/errno.ts";
import { closeFile, openFile } from "../../../../ffi/files.ts";
import { rawWritev, Vector } from "../../../../ffi/vectors.ts";
import { OperatorError } from "../../../../src/errors.ts";
import { Link, LinkReport, TALLY_WORDS } from "../../../../src/modules/net/link.ts";

/** A report whose clock is set by hand; the tally is shared, as with a thread. */
function reported(name = "tap0") {
  const tally = new Int32Array(new SharedArrayBuffer(4 * TALLY_WORDS));
  const said: string[] = [];
  const clock = { now: 0 };
  const report = new LinkReport(name, tally, (text) => said.push(text), () => clock.now);
  /** What the sending thread writes. */
  const drop = (count: number, errno: number = Errno.EIO) => {
    tally[0] = errno;
    tally[1] = tally[1]! + count;
  };
  const recover = () => void (tally[0] = 0);
  return { report, said, clock, drop, recover, tally };
}

const DOWN =
  "tap0: the interface is down: frames are dropped until it is up (ip link set tap0 up)";
const AGAIN = "tap0: frames are sent again; dropped: ";

Deno.test("LinkReport says when drops begin, and how many when they are over", () => {
  const { report, said, drop, recover } = reported();
  report.tell();
  assertEquals(said, []);
  drop(1);
  report.tell();
  drop(6);
  report.tell();
  assertEquals(said, [DOWN]);
  recover();
  report.tell();
  report.tell();
  report.end();
  assertEquals(said, [DOWN, `${AGAIN}7`]);
});

Deno.test("LinkReport says what it was too late for", () => {
  const { report, said, drop, recover } = reported();
  drop(3);
  recover();
  report.tell();
  assertEquals(said, [`${AGAIN}3`]);
});

Deno.test("LinkReport says two lines in ten seconds, and leaves no frame out", () => {
  const { report, said, clock, drop, recover } = reported();
  for (let round = 0; round < 1000; round++, clock.now += 5) {
    drop(2);
    report.tell();
    recover();
    report.tell();
  }
  assertEquals(said, [DOWN, `${AGAIN}2`]);
  clock.now = 10_000;
  report.tell();
  assertEquals(said.splice(2), [`${AGAIN}1998`]);
  drop(1);
  report.tell();
  clock.now = 19_999;
  report.tell();
  assertEquals(said.length, 2);
  clock.now = 20_000;
  report.tell();
  assertEquals(said.splice(2), [DOWN]);
  report.end();
  assertEquals(said.splice(2), ["tap0: frames dropped: 1"]);
});

Deno.test("LinkReport counts on where the tally starts over", () => {
  const { report, said, drop, recover, tally } = reported();
  tally[1] = -2;
  const late = new LinkReport("tap0", tally, (text) => said.push(text));
  drop(5);
  late.tell();
  recover();
  late.tell();
  assertEquals(said, [DOWN, `${AGAIN}5`]);
  report.end();
});

Deno.test("LinkReport names another reason, and no control character", () => {
  const { report, said, drop } = reported("t\x1b");
  drop(1, Errno.ENOBUFS);
  report.tell();
  const words = "the interface takes no frame: ENOBUFS (no buffer space)";
  assertEquals(said, [`t\\x1b: ${words}: frames are dropped until it does`]);
});

Deno.test("Link drops a frame that a full queue refuses", () => {
  const directory = Deno.makeTempDirSync();
  const fifo = `${directory}/fifo`;
  new Deno.Command("mkfifo", { args: [fifo] }).outputSync();
  const full = openFile(fifo, "read-write");
  const bytes = new Uint8Array(4096);
  const vector = new Vector();
  const at = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  vector.set(Number(at & 0xffff_ffffn), Number(at >> 32n), bytes.length);
  let changes = 0;
  const link = new Link("tap0", new Int32Array(TALLY_WORDS), () => changes++);
  for (let count = 0; count < 100 && !link.dropping; count++) {
    const sent = rawWritev()(full, vector.pointer, 1);
    if (sent !== bytes.length) link.refused(bytes.length, sent, lastErrno());
  }
  assertEquals([link.dropping, [...link.tally], changes], [true, [Errno.EAGAIN, 1], 1]);
  link.sent();
  assertEquals([link.dropping, [...link.tally], changes], [false, [0, 1], 2]);
  closeFile(full);
  Deno.removeSync(directory, { recursive: true });
});

Deno.test("Link ends a guest whose interface fails otherwise", () => {
  const link = new Link("tap0");
  assertThrows(
    () => link.refused(60, -1, Errno.EBADF),
    OperatorError,
    "tap0: a frame of 60 bytes cannot be sent: EBADF (bad file descriptor); look",
  );
  assertThrows(
    () => link.refused(60, 20, 0),
    OperatorError,
    "of a frame of 60 bytes only 20",
  );
  assertThrows(() => link.unread(Errno.EBADFD), OperatorError, "the interface is gone");
  assertThrows(
    () => link.unread(Errno.EFAULT),
    OperatorError,
    "no frames can be received",
  );
  for (const errno of [Errno.EAGAIN, Errno.EINTR]) link.unread(errno);
  assertEquals([link.dropping, [...link.tally]], [false, [0, 0]]);
});
