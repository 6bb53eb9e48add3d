/**
 * A disk image of a test's own.
 *
 * @module
 */

/** Does something with a folder, which goes away afterwards. */
export async function withDirectory(
  action: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await action(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Makes a file of so many zero bytes. */
export async function makeDisk(path: string, bytes: number): Promise<void> {
  await Deno.create(path).then((file) => file.close());
  await Deno.truncate(path, bytes);
}

/** Does something with a file of so many zero bytes, which goes away afterwards. */
export function withDisk(
  bytes: number,
  action: (path: string) => Promise<void>,
): Promise<void> {
  return withDirectory(async (directory) => {
    const path = `${directory}/disk.img`;
    await makeDisk(path, bytes);
    await action(path);
  });
}
