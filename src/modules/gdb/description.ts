/**
 * The description of the registers that gdb reads first, as XML: with it, gdb
 * needs no word from its user (gdb's manual, "Target Descriptions").
 *
 * @module
 */
import { FEATURES } from "./registers.ts";

/** Bits of RFLAGS and MXCSR by their names (Intel SDM 1 3.4.3 and 10.2.3). */
const FLAGS: readonly (readonly [type: string, bits: readonly string[]])[] = [
  ["i386_eflags", [
    ...["CF", "", "PF", "", "AF", "", "ZF", "SF", "TF", "IF", "DF", "OF", "", "", "NT"],
    ...["", "RF", "VM", "AC", "VIF", "VIP", "ID"],
  ]],
  ["i386_mxcsr", [
    ...["IE", "DE", "ZE", "OE", "UE", "PE", "DAZ", "IM", "DM", "ZM", "OM", "UM", "PM"],
    ...["", "", "FZ"],
  ]],
];

/** What an SSE register can be taken for: elements of these types. */
const VECTORS: readonly (readonly [name: string, type: string, count: number])[] = [
  ["v4_float", "ieee_single", 4],
  ["v2_double", "ieee_double", 2],
  ["v16_int8", "int8", 16],
  ["v8_int16", "int16", 8],
  ["v4_int32", "int32", 4],
  ["v2_int64", "int64", 2],
];

/** The description of the registers that gdb reads, as XML. */
export function describeTarget(): string {
  const flags = FLAGS.map(([id, bits]) => {
    const fields = bits.map((name, bit) =>
      name === "" ? "" : `<field name="${name}" start="${bit}" end="${bit}"/>`
    );
    return `<flags id="${id}" size="4">${fields.join("")}</flags>`;
  });
  const vectors = VECTORS.map(([name, type, count]) =>
    `<vector id="${name}" type="${type}" count="${count}"/>`
  );
  const members = VECTORS.map(([name]) => `<field name="${name}" type="${name}"/>`);
  const whole = '<field name="uint128" type="uint128"/>';
  const types: Readonly<Record<string, string>> = {
    core: flags[0]!,
    sse: `${flags[1]!}${vectors.join("")}<union id="vec128">${
      members.join("")
    }${whole}</union>`,
  };
  const features = FEATURES.map(([name, registers]) => {
    const lines = registers.map(({ name, bytes, type, group }) =>
      `<reg name="${name}" bitsize="${bytes * 8}" type="${type}"` +
      `${group === undefined ? "" : ` group="${group}"`}/>`
    );
    return `<feature name="org.gnu.gdb.i386.${name}">${types[name] ?? ""}\n` +
      `${lines.join("\n")}\n</feature>\n`;
  });
  return `<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n` +
    `<target version="1.0">\n<architecture>i386:x86-64</architecture>\n` +
    `${features.join("")}</target>\n`;
}
