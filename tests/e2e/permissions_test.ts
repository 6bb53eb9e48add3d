/**
 * The permissions of Deno's that the checkout's program runs with.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ROOT } from "../support/checkout.ts";
import { withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { tender } from "../support/tender.ts";

/** As scripts/solo5 finds it when it is called through a link. */
const CHECKOUT = Deno.realPathSync(ROOT);

const FFI = "--allow-ffi", READ = `--allow-read=${CHECKOUT}`;

const CALLS: readonly (readonly [as: string, args: string[], permissions: string[]])[] = [
  ["solo5", ["run", "app.hvt"], [FFI, READ]],
  ["solo5", ["hvt", "app.hvt"], [FFI, READ]],
  ["solo5-hvt", ["app.hvt"], [FFI, READ]],
  ["solo5-hvt-debug", ["app.hvt"], [FFI, READ]],
  ["solo5-elftool", ["query-abi", "app.hvt"], [FFI]],
  ["solo5", ["elftool", "query-abi", "app.hvt"], [FFI]],
  ["solo5", ["manifest", "show", "app.hvt"], [FFI]],
  ["solo5", ["help", "run"], [FFI]],
  ["solo5", ["--version"], [FFI]],
  ["solo5", [], [FFI]],
];

for (const [as, args, permissions] of CALLS) {
  const words = [as, ...args].join(" ");
  const what = permissions.includes(READ) ? "to read the program" : "nothing";
  hostTest(
    `${words} is permitted ${what} beside FFI when it starts`,
    [],
    () =>
      withDirectory(async (directory) => {
        // In Deno's place: says what it is called with.
        const deno = `${directory}/deno`;
        await Deno.writeTextFile(deno, '#!/bin/sh\nprintf "%s\\n" "$@"\n', {
          mode: 0o755,
        });
        const PATH = `${directory}:/usr/bin:/bin`;
        const { stdout, status } = await tender(args, { as, env: { PATH } });
        const given = stdout.split("\n");
        const flags = given.slice(0, given.indexOf(`${CHECKOUT}/mod.ts`)).toSorted();
        assertEquals(
          flags.filter((flag) => /^--(allow|deny)|^-[A-Z]/.test(flag)),
          permissions,
        );
        assertEquals(status, 0);
      }),
  );
}
