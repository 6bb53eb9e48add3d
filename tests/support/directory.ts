/**
 * A directory of a test's own.
 *
 * @module
 */

/** Does something in an empty directory, which goes away afterwards. */
export async function withDirectory(
  action: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await action(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** The names in a directory, hidden ones too. */
export function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name);
}
