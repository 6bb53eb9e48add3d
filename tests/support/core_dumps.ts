/**
 * What a core dump leaves behind.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { namesIn, withDirectory } from "./directory.ts";

/** Does something in a directory that a tender which was root's can write to. */
export function withCoreDirectory(
  action: (path: string) => Promise<void>,
): Promise<void> {
  return withDirectory(async (path) => {
    await Deno.chmod(path, 0o777);
    await action(path);
  });
}

/** The only file of a directory: its path. */
export function onlyCore(directory: string): string {
  const names = namesIn(directory);
  assertEquals(names.length, 1, names.join(" "));
  assertMatch(names[0]!, /^core\.solo5-hvt\.[0-9]+$/);
  return `${directory}/${names[0]}`;
}

/** What the tender says of a dump, before what it says of the end. */
export function announcement(core: string, program = "solo5"): RegExp {
  return new RegExp(
    `^${program}: dumpcore: dumping guest core to: ${core}\n` +
      `${program}: dumpcore: dumped [0-9]+ pages of total [0-9]+ pages\n`,
  );
}
