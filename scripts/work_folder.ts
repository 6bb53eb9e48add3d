/**
 * A folder to make something in, which goes away however the making ends.
 *
 * @module
 */

/** Signals that end a task, and the status that a shell gives for each. */
const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

/**
 * Does something in a folder that goes away afterwards, also where a signal ends
 * it. It lies in the folder that the result goes to, so that a rename is enough
 * to put that there whole; where nothing comes of it, and that folder was not
 * there before, it is not there afterwards.
 *
 * @param out the folder that the result goes to
 * @param prefix how the folder's name begins
 * @param action gets its absolute path, and a signal that says that it is over
 */
export async function withWorkFolder<T>(
  out: string,
  prefix: string,
  action: (work: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const isNew = await Deno.mkdir(out).then(() => true, () => false);
  await Deno.mkdir(out, { recursive: true });
  const work = await Deno.realPath(await Deno.makeTempDir({ dir: out, prefix }));
  const stop = new AbortController();
  const clear = () => {
    removeAll(work);
    if (isNew) removeIfEmpty(out);
  };
  for (const [name, status] of SIGNALS) {
    Deno.addSignalListener(name, () => {
      stop.abort();
      clear();
      Deno.exit(status);
    });
  }
  try {
    return await action(work, stop.signal);
  } finally {
    clear();
  }
}

function removeAll(folder: string): void {
  for (let left = 10;; left--) {
    try {
      return Deno.removeSync(folder, { recursive: true });
    } catch (error) {
      // At a signal what is being written may come into a folder meanwhile.
      if (left === 0) throw error;
    }
  }
}

function removeIfEmpty(folder: string): void {
  try {
    Deno.removeSync(folder);
  } catch {
    // Something is in it, or it is somebody's that cannot be removed: it stays.
  }
}
