/**
 * Disks with less room behind them than they say. Need root.
 *
 * @module
 */
import { makeDisk, withDirectory } from "./disk.ts";

/** How long such a disk says that it is. */
export const THIN_BYTES: number = 16 << 20;

/** How much room there is. */
export const ROOM_BYTES: number = 256 << 10;

/** Runs a program; returns what it prints. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** Does something with a file of {@link THIN_BYTES} that nothing was written to yet. */
export async function withThinFile(
  action: (file: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const room = `${directory}/room`;
    await Deno.mkdir(room);
    await run("mount", "-t", "tmpfs", "-o", `size=${ROOM_BYTES}`, "none", room);
    try {
      await makeDisk(`${room}/disk.img`, THIN_BYTES);
      await action(`${room}/disk.img`);
    } finally {
      await run("umount", room);
    }
  });
}

/** Does the same with a block device on such a file. Needs loop. */
export async function withThinDevice(
  action: (device: string, file: string) => Promise<void>,
): Promise<void> {
  await withThinFile(async (file) => {
    const device = await run("losetup", "--find", "--show", file);
    try {
      await action(device, file);
    } finally {
      await run("losetup", "--detach", device);
    }
  });
}
