/**
 * A disk image of a test's own.
 *
 * @module
 */

/** Does something with a file of so many zero bytes, which goes away afterwards. */
export async function withDisk(
  bytes: number,
  action: (path: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/disk.img`;
  await Deno.create(path).then((file) => file.close());
  await Deno.truncate(path, bytes);
  try {
    await action(path);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
