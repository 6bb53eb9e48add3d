import { assert, assertEquals, assertThrows } from "@std/assert";
import { RING_ENTRIES, RingLayout } from "../../../../src/contract/ring.ts";
import { GuestFault } from "../../../../src/errors.ts";
import { type FrameMover, NO_DEVICE, Ring } from "../../../../src/modules/net/ring.ts";
import { Random } from "../../../support/random.ts";
import { read, RingGuestSide, write } from "../../../support/ring_guest.ts";

const OK = 0, AGAIN = 1, EINVAL = 2;

/** Does what the test says, and keeps what it was asked for. */
function mover(behaviour: Partial<FrameMover> = {}) {
  const calls: (readonly [what: string, ...numbers: number[]])[] = [];
  const frames: FrameMover = {
    send(handle, gpa, length) {
      calls.push(["send", handle, gpa, length]);
      behaviour.send?.(handle, gpa, length);
    },
    receive(handle, gpa, length) {
      calls.push(["receive", handle, gpa, length]);
      return behaviour.receive?.(handle, gpa, length) ?? 0;
    },
  };
  return { frames, calls };
}

/** A guest and the ring that serves it. */
function pair(behaviour: Partial<FrameMover> = {}, counter = 0) {
  const guest = new RingGuestSide(counter);
  const { frames, calls } = mover(behaviour);
  return { guest, calls, ring: new Ring(guest.bytes, frames, counter) };
}

Deno.test("serve() sends frames in order and frees their entries", () => {
  const { guest, calls, ring } = pair();
  assert(!ring.waiting);
  guest.submit(write(0x1000, 60, 1), write(0xffff_f000, 1514, 63));
  assert(ring.waiting);
  ring.serve();
  assertEquals(calls, [["send", 1, 0x1000, 60], ["send", 63, 0xffff_f000, 1514]]);
  assertEquals(guest.get("entryHead"), 2);
  assert(!ring.waiting);
});

Deno.test("serve() does nothing when there is nothing", () => {
  const { calls, ring } = pair();
  ring.serve();
  assertEquals(calls, []);
});

Deno.test("serve() answers each NET_READ with its id when a frame, none or no device is there", () => {
  const answers = [1514, 0, NO_DEVICE];
  const { guest, calls, ring } = pair({ receive: () => answers.shift()! });
  guest.submit(read(7), read(0xffff_ffff), read(9));
  ring.serve();
  assertEquals(calls.length, 3);
  assertEquals(guest.get("commitTail"), 3);
  assertEquals([0, 1, 2].map((at) => guest.commit(at)), [
    { id: 7, result: OK, length: 1514 },
    { id: 0xffff_ffff, result: AGAIN, length: 0 },
    { id: 9, result: EINVAL, length: 0 },
  ]);
  assertEquals(guest.get("entryHead"), 3);
});

Deno.test("serve() skips an operation that it does not know", () => {
  const { guest, calls, ring } = pair();
  guest.submit({ operation: 0 }, { operation: 0xffff_ffff }, { operation: 3 }, write(1));
  ring.serve();
  assertEquals(calls, [["send", 1, 1, 60]]);
  assertEquals(guest.get("entryHead"), 4);
});

Deno.test("serve() takes an address of 64 bits", () => {
  const { guest, calls, ring } = pair();
  guest.submit(write(2 ** 52 + 4096, 0xffff_ffff, 0xffff_ffff));
  ring.serve();
  assertEquals(calls, [["send", 0xffff_ffff, 2 ** 52 + 4096, 0xffff_ffff]]);
});

Deno.test("serve() serves a ring that is full", () => {
  const { guest, calls, ring } = pair();
  guest.submit(...Array.from({ length: RING_ENTRIES }, (_, at) => write(at)));
  ring.serve();
  assertEquals(calls.map(([, , gpa]) => gpa), calls.map((_, at) => at));
  assertEquals(calls.length, RING_ENTRIES);
  assertEquals(guest.get("entryHead"), RING_ENTRIES);
});

for (
  const [what, tail, entries] of [
    ["one more than full", RING_ENTRIES + 1, RING_ENTRIES + 1],
    ["half of all numbers ahead", 2 ** 31, 2 ** 31],
    ["behind the tender's", -1, 2 ** 32 - 1],
  ] as const
) {
  Deno.test(`serve() touches no frame when the guest's counter is ${what}`, () => {
    for (const counter of [0, 5, 2 ** 31 - 1, 2 ** 32 - 1]) {
      const { guest, calls, ring } = pair({}, counter);
      guest.set("entryTail", counter + tail);
      assertThrows(
        () => ring.serve(),
        GuestFault,
        `${entries} entries, more than the 1024 there are`,
      );
      assertEquals(calls, []);
      assertEquals(guest.get("entryHead"), counter);
    }
  });
}

for (const counter of [2 ** 31 - 3, 2 ** 32 - 3]) {
  Deno.test(`counters go on when they pass ${counter + 3}`, () => {
    const { guest, calls, ring } = pair({ receive: () => 60 }, counter);
    for (let round = 0; round < 3; round++) {
      guest.submit(write(round), read(round));
      assert(ring.waiting);
      ring.serve();
      assert(!ring.waiting);
      const expected = (counter + 2 * (round + 1)) % 2 ** 32;
      assertEquals(guest.get("entryHead"), expected);
      assertEquals(guest.get("commitTail"), (counter + round + 1) % 2 ** 32);
      assertEquals(guest.commit(counter + round).id, round);
    }
    assertEquals(calls.length, 6);
  });
}

Deno.test("serve() stops where the mover throws, and serves nothing behind", () => {
  const fail = () => {
    throw new GuestFault("no");
  };
  for (const entry of [write(1), read(1)]) {
    const { guest, calls, ring } = pair({ send: fail, receive: fail });
    guest.submit(entry, write(2), read(2));
    assertThrows(() => ring.serve(), GuestFault, "no");
    assertEquals(calls.length, 1);
    assertEquals(guest.get("commitTail"), 0);
  }
});

Deno.test("the tender's own counters stay right when the guest overwrites its copies", () => {
  const { guest, calls, ring } = pair({ receive: () => 60 });
  guest.submit(write(1), read(1));
  ring.serve();
  guest.set("entryHead", 0xdead_beef);
  guest.set("commitTail", 0xdead_beef);
  guest.set("needsKick", 0xdead_beef);
  guest.submit(write(2), read(2));
  ring.serve();
  assertEquals([guest.get("entryHead"), guest.get("commitTail")], [4, 2]);
  assertEquals(guest.commit(1), { id: 2, result: OK, length: 60 });
  assertEquals(calls.length, 4);
});

Deno.test("an entry counts as it was read when the guest changes it meanwhile", () => {
  const { guest, calls, ring } = pair({
    receive() {
      guest.fill(0, { operation: 1, handle: 5, data: 5, length: 5, id: 5 });
      return 60;
    },
  });
  guest.submit(read(77, 0x3000, 100, 2));
  ring.serve();
  assertEquals(calls, [["receive", 2, 0x3000, 100]]);
  assertEquals(guest.commit(0), { id: 77, result: OK, length: 60 });
});

Deno.test("serve() ends when the guest fills in entries all the time", () => {
  const { guest, calls, ring } = pair({
    send() {
      guest.submit(write(9));
    },
  });
  guest.submit(write(1), write(2));
  ring.serve();
  assertEquals(calls.length, 2);
  assert(ring.waiting);
});

Deno.test("a guest that waits for room gets it in the midst of a long run of frames", () => {
  const heads: number[] = [];
  const { guest, ring } = pair({
    send() {
      heads.push(guest.get("entryHead"));
    },
  });
  guest.submit(...Array.from({ length: RING_ENTRIES }, (_, at) => write(at)));
  ring.serve();
  assert(heads.at(-1)! > RING_ENTRIES - 100, `told of ${heads.at(-1)} at the last frame`);
  for (const [sent, head] of heads.entries()) assert(head <= sent, `${head} of ${sent}`);
});

Deno.test("askForKicks() says what the guest has to do", () => {
  const { guest, ring } = pair();
  ring.askForKicks(true);
  assertEquals(guest.get("needsKick"), 1);
  ring.askForKicks(false);
  assertEquals(guest.get("needsKick"), 0);
});

Deno.test("serve() keeps within the ring whatever the guest writes", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed);
    const { guest, calls, ring } = pair({ receive: () => random.below(3000) - 1 });
    for (let round = 0; round < 20; round++) {
      guest.bytes.set(random.bytes(4096), random.below(RingLayout.size - 4096));
      guest.set("entryTail", random.pick([random.below(3000), random.below(2 ** 32)]));
      calls.length = 0;
      try {
        ring.serve();
      } catch (error) {
        assert(error instanceof GuestFault);
      }
      assert(calls.length <= RING_ENTRIES, `seed ${seed}: ${calls.length} calls`);
    }
  }
});
