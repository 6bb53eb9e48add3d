/**
 * The committed guests are those of the sources: hosts without a compiler, and
 * the demo, run them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { COMMITTED_GUESTS, guestRecipes, hashSources } from "../support/guest_builder.ts";

Deno.test("tests/guests/built is from the sources as they are (else: deno task guests)", async () => {
  const recorded = await Deno.readTextFile(new URL("SOURCES", COMMITTED_GUESTS));
  assertEquals(recorded.trim(), await hashSources());
});

Deno.test("tests/guests/built has every guest", () => {
  const built = [...Deno.readDirSync(COMMITTED_GUESTS)].map(({ name }) => name).sort();
  const expected = guestRecipes().map(({ name }) => `${name}.hvt`).concat("SOURCES")
    .sort();
  assertEquals(built, expected);
});
