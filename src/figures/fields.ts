/**
 * What figures are called, for every text that is made of them: reports, tables,
 * metrics. Pure.
 *
 * @module
 */
import { BlockCount, GuestCount, NetCount } from "../contract/figures.ts";
import { HypercallNumber } from "../contract/hypercalls.ts";
import type { DeviceType } from "../contract/module.ts";
import { VcpuExit } from "../contract/vcpu.ts";

/** A figure: its name, and the places of the numbers that make it up. */
export interface Field {
  /** Its name in JSON. */
  readonly name: string;
  /** Where they are; the figure is their sum. */
  readonly places: readonly number[];
}

function at(name: string, ...places: readonly number[]): Field {
  return { name, places };
}

/** Each hypercall. */
export const HYPERCALLS: readonly Field[] = Object.entries(HypercallNumber).map(
  ([name, number]) => at(name.toLowerCase(), GuestCount.calls + number),
);

/** Ways out of the guest. */
export const EXITS: readonly Field[] = [
  at("hypercall", ...HYPERCALLS.flatMap(({ places }) => places)),
  at("kick", GuestCount.calls),
  at("interrupted", GuestCount.exits + VcpuExit.INTERRUPTED),
  at("fault", GuestCount.exits + VcpuExit.FAULT),
  at("halted", GuestCount.exits + VcpuExit.HALTED),
  at("debug", GuestCount.exits + VcpuExit.DEBUG),
];

/** What a device did, by its type. */
export const DEVICE_FIELDS: Readonly<Record<DeviceType, readonly Field[]>> = {
  NET_BASIC: Object.entries(NetCount).map(([name, place]) => at(name, place)),
  BLOCK_BASIC: Object.entries(BlockCount).map(([name, place]) => at(name, place)),
};

/** A figure's value. */
export function valueOf({ places }: Field, numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < places.length; index++) sum += numbers[places[index]!]!;
  return sum;
}

/** Figures by their names. */
export function valuesOf(
  fields: readonly Field[],
  numbers: ArrayLike<number>,
): Record<string, number> {
  return Object.fromEntries(
    fields.map((field) => [field.name, valueOf(field, numbers)]),
  );
}
