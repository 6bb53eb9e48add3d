/**
 * A long run, shortened (`deno task soak`).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { soak } from "../../scripts/soak/run.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork } from "../support/network.ts";
import { guest } from "../support/tender.ts";

/** So many that what is compiled late is compiled in the first quarter. */
const FRAMES = 40_000;

/**
 * On a busy host some of it is compiled later, and moves memory by more than in a
 * long run. A leak of one small object for each frame is twice as much.
 */
const TOLERANCE_KIB = 1536;

hostTest(
  "a tender does not grow while its guest polls, answers and uses its disk",
  ["KVM", "root", "tun", "a fast host"],
  async () => {
    enterOwnNetwork();
    const directory = await Deno.makeTempDir();
    const result = await soak({
      length: { frames: FRAMES },
      guest: guest("soak"),
      disk: `${directory}/disk.img`,
      tap: "soak0",
      memoryToleranceKib: TOLERANCE_KIB,
    });
    const { counts, memory, descriptors, threads, stderr, status } = result;
    assertEquals(status, 0, stderr);
    // For each frame a packet in and one out, a block written and one read.
    assert(counts.polls >= FRAMES, `${counts.polls} polls`);
    assert(counts.packets >= 2 * FRAMES, `${counts.packets} packets`);
    assertEquals(counts.blocks, counts.packets);
    // The error paths are part of it.
    assert(result.interruptions >= 10);
    assert(result.stops >= 10);
    assertMatch(stderr, /^(solo5: soak0: [^\n]*dropped[^\n]*\n)+$/);
    const grown = { memory, descriptors, threads };
    const report = JSON.stringify(grown);
    assertEquals(Object.values(grown).filter(({ grew }) => grew), [], report);
    await Deno.remove(directory, { recursive: true });
  },
);
