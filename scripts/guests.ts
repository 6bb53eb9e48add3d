/**
 * `deno task guests`: builds the test guests that are committed.
 *
 * @module
 */
import {
  buildGuests,
  COMMITTED_GUESTS,
  guestRecipes,
  hashSources,
} from "../tests/support/guest_builder.ts";

await Deno.mkdir(COMMITTED_GUESTS, { recursive: true });
await buildGuests(COMMITTED_GUESTS.pathname);
await Deno.writeTextFile(
  new URL("SOURCES", COMMITTED_GUESTS),
  `${await hashSources()}\n`,
);
const names = guestRecipes().map(({ name }) => name);
await Deno.stdout.write(new TextEncoder().encode(`built ${names.join(" ")}\n`));
