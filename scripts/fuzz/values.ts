/**
 * Numbers that break programs.
 *
 * @module
 */
import type { Random } from "../../tests/support/random.ts";

/** Limits of the format, of this tender and of integers of every size. */
const BOUNDARIES: readonly bigint[] = [
  ...[0, 1, 2, 3, 4, 7, 8, 11, 12, 16, 19, 20, 32, 56, 62, 63, 64, 65, 67, 68, 104],
  ...[0x7f, 0xff, 0x100, 183, 256, 257, 0xfff, 0x1000, 0x2000, 6664, 6668, 0x7fff],
  ...[0xfffe, 0xffff, 0x10000, 0xff000, 0xfffff, 0x100000, 0x101000, 0x200000],
  ...[0x3154464d, 0x31494241, 0x4000_0000, 0x4000_0001, 0x7fff_ffff, 0x8000_0000],
  ...[0xffff_f000, 0xffff_ffff],
].map(BigInt).concat([
  0x1_0000_0000n,
  0x1_0000_1000n,
  0x1f_ffff_ffff_ffffn,
  0x20_0000_0000_0001n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_0000_0000n,
  0xffff_ffff_ffef_ffffn,
  0xffff_ffff_ffff_f000n,
  0xffff_ffff_ffff_ffffn,
]);

/**
 * A value for a field: near a limit, near the file's end, near what stands there,
 * a power of two, or anything.
 *
 * @param sizeBytes the file's size
 * @param present what stands there
 */
export function strangeValue(
  random: Random,
  sizeBytes: number,
  present: bigint,
): bigint {
  const near = BigInt(random.pick([0, 0, 0, 1, -1]));
  switch (random.below(8)) {
    case 0:
      return BigInt(sizeBytes) + near;
    case 1:
      return present + BigInt(random.pick([1, -1, 8, -8, 0x1000, -0x1000, 0x100000]));
    case 2:
      return present ^ 1n << BigInt(random.below(64));
    case 3:
      return (1n << BigInt(random.below(64))) + near;
    case 4:
      return BigInt(random.below(2 ** 32)) << BigInt(random.below(33));
    default:
      return random.pick(BOUNDARIES) + near;
  }
}
