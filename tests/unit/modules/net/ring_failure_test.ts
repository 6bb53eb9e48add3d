import { assert, assertEquals } from "@std/assert";
import { GuestFault, OperatorError } from "../../../../src/errors.ts";
import {
  decodeFailure,
  encodeFailure,
  failureOfRing,
  MOST_FAILURE_BYTES,
} from "../../../../src/modules/net/ring_failure.ts";

const FAILURES: readonly Error[] = [
  new GuestFault("network ring: 5 entries"),
  new OperatorError("tap0", "the interface is gone", "make it again"),
  new OperatorError("tab\t\ud800", 'ü "quoted"', "\0"),
  new Error("a mistake"),
];

for (const failure of FAILURES) {
  Deno.test(`${failure.name} "${failure.message}" is the same when it was bytes`, () => {
    const other = decodeFailure(encodeFailure(failure));
    assertEquals(other.constructor, failure.constructor);
    assertEquals(other.message, failure.message);
  });
}

Deno.test("a failure fits when its texts are as long as can be", () => {
  const long = "\u0001".repeat(100_000);
  const bytes = encodeFailure(new OperatorError(long, long, long));
  assert(bytes.length <= MOST_FAILURE_BYTES, `${bytes.length} bytes`);
  assert(decodeFailure(bytes) instanceof OperatorError);
});

Deno.test("a guest's misdeed is said to be in the ring, and no other failure", () => {
  const fault = failureOfRing(new GuestFault("it did"));
  assert(fault instanceof GuestFault);
  assertEquals(fault.message, "network ring: it did");
  const other = new OperatorError("tap0", "is gone", "go on");
  assertEquals(failureOfRing(other), other);
  assertEquals(failureOfRing("text").message, "text");
});
