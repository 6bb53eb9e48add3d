/**
 * Counting for a guest of the command line, where others can look.
 *
 * @module
 */
import type { Bindings } from "../binding/bindings.ts";
import type { Keeping } from "../contract/figures.ts";
import { spellSource } from "../contract/source.ts";
import { holdPlace, keepFigures } from "../figures/entry.ts";
import type { GuestDescription } from "../figures/page.ts";
import type { FigureTable } from "../figures/table.ts";

/** When the first stages of a start were over, as `performance.now()` has it. */
export interface StartTimes {
  /** The first began. */
  readonly began: number;
  /** The image was read. */
  readonly read: number;
  /** Its devices were bound. */
  readonly bound: number;
}

/**
 * Starts counting.
 *
 * @param place where, if a start before this one holds it; -1 where it has none
 * @throws {OperatorError} where a guest that has a name cannot be counted
 */
export function keep(
  bindings: Bindings,
  { name }: Keeping,
  times: StartTimes,
  place: number | undefined,
): FigureTable {
  const file = place === undefined ? holdPlace(name) : place < 0 ? undefined : place;
  const figures = keepFigures(describeGuest(bindings, name), file);
  figures.begin(times.began);
  figures.reached("read", times.read);
  figures.reached("bind", times.bound);
  return figures;
}

/** What others are told of a guest. */
function describeGuest(bindings: Bindings, name: string | undefined): GuestDescription {
  const { image, memoryBytes, devices } = bindings;
  return {
    name,
    pid: Deno.pid,
    image: image.source.name,
    memoryBytes,
    devices: devices.map((device) => ({
      name: device.name,
      type: device.type,
      resource: spellSource(device.type === "NET_BASIC" ? device.tap : device.file),
    })),
  };
}
