import { assert, assertEquals } from "@std/assert";
import { Limiter, TokenBucket } from "../../../../src/modules/rate/bucket.ts";
import { Random } from "../../../support/random.ts";

Deno.test("TokenBucket is full when it is new", () => {
  const bucket = new TokenBucket(100, 1000, 5);
  assertEquals(bucket.debtMs(5), 0);
  bucket.take(100);
  assertEquals(bucket.debtMs(5), 0);
  bucket.take(1);
  assertEquals(bucket.debtMs(5), 10);
});

Deno.test("TokenBucket is out of debt when the time for it is over", () => {
  const bucket = new TokenBucket(1000, 10, 0);
  bucket.take(30);
  assertEquals(bucket.debtMs(0), 20);
  assertEquals(bucket.debtMs(15), 5);
  assertEquals(bucket.debtMs(20), 0);
});

Deno.test("TokenBucket holds no more than its burst when nobody takes anything", () => {
  const bucket = new TokenBucket(1000, 10, 0);
  assertEquals(bucket.debtMs(1e9), 0);
  bucket.take(11);
  assertEquals(bucket.debtMs(1e9), 1);
});

Deno.test("TokenBucket lets pass what is larger than it when it is in no debt", () => {
  const bucket = new TokenBucket(1000, 1, 0);
  assertEquals(bucket.debtMs(0), 0);
  bucket.take(1_000_001);
  assertEquals(bucket.debtMs(0), 1_000_000);
  assertEquals(bucket.debtMs(1_000_000), 0);
});

Deno.test("TokenBucket keeps what it has when the clock stands or goes back", () => {
  const bucket = new TokenBucket(1000, 10, 100);
  bucket.take(20);
  assertEquals(bucket.debtMs(100), 10);
  assertEquals(bucket.debtMs(50), 10);
  assertEquals(bucket.debtMs(100), 10);
  assertEquals(bucket.debtMs(105), 5);
});

Deno.test("TokenBucket counts the time of what it was taken for", () => {
  const bucket = new TokenBucket(1000, 10, 0);
  assertEquals(bucket.debtMs(0), 0);
  // Done at 25 ms.
  bucket.take(30);
  assertEquals(bucket.debtMs(25), 0);
});

Deno.test("TokenBucket lets through the rate, a burst and a transfer when it is asked at any times", () => {
  const random = new Random(7);
  const fraction = () => (1 + random.below(1e6)) / 1e6;
  let waits = 0;
  for (let round = 0; round < 200; round++) {
    const perSecond = fraction() * 1e6, burst = fraction() * 2000;
    const largest = fraction() * perSecond;
    const bucket = new TokenBucket(perSecond, burst, 0);
    for (let step = 0, now = 0, taken = 0; step < 200; step++) {
      const debt = bucket.debtMs(now);
      if (debt > 0) {
        waits++;
        // Some waits end early.
        now += random.below(3) === 0 ? debt * fraction() : debt + 1e-6;
        continue;
      }
      const amount = fraction() * largest;
      bucket.take(amount);
      taken += amount;
      const most = perSecond * (now + burst) / 1000 + largest;
      assert(taken <= most * (1 + 1e-9), `${taken} of ${most} after ${now} ms`);
      if (random.below(10) === 0) now += fraction() * 100;
    }
  }
  assert(waits > 1000);
});

Deno.test("Limiter waits for the bucket that is deeper in debt when it has two", () => {
  const rate = { bytesPerSecond: 1000, operationsPerSecond: 10, burstMilliseconds: 100 };
  const limiter = new Limiter(rate, 0);
  // 100 bytes and 1 operation are there.
  limiter.take(100);
  assertEquals(limiter.debtMs(0), 0);
  limiter.take(10);
  assertEquals(limiter.debtMs(0), 100);
  limiter.take(490);
  assertEquals(limiter.debtMs(0), 500);
  assertEquals(limiter.debtMs(500), 0);
});

Deno.test("Limiter counts only what has a rate when it has one bucket", () => {
  const bytes = new Limiter({ bytesPerSecond: 1000, burstMilliseconds: 1 }, 0);
  for (let count = 0; count < 100; count++) bytes.take(0);
  assertEquals(bytes.debtMs(0), 0);
  const operations = new Limiter({ operationsPerSecond: 1000, burstMilliseconds: 1 }, 0);
  operations.take(1e9);
  assertEquals(operations.debtMs(0), 0);
  operations.take(1e9);
  assertEquals(operations.debtMs(0), 1);
});
