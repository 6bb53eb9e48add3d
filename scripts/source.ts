/**
 * What a release is made from, and when: asked of git and of the environment.
 *
 * @module
 */
import { OperatorError } from "../src/errors.ts";

/** The checkout. */
export const ROOT = new URL("../", import.meta.url);

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args,
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The commit of the checkout, with `-modified` behind it where files of it were
 * changed since; undefined where there is no git, or no checkout.
 */
export async function commitOfSource(): Promise<string | undefined> {
  const commit = await git("rev-parse", "HEAD");
  if (commit === undefined) return undefined;
  const changes = await git("status", "--porcelain", "--", "src", "ffi", "deno.json");
  return changes === "" ? commit : `${commit}-modified`;
}

/**
 * Says when the sources were made, in seconds since 1970: `SOURCE_DATE_EPOCH`,
 * else the time of the commit.
 *
 * @throws {OperatorError} where neither can be had
 */
export async function timeOfSource(): Promise<number> {
  const given = Deno.env.get("SOURCE_DATE_EPOCH") ??
    await git("log", "-1", "--format=%ct");
  if (given === undefined) {
    throw new OperatorError(
      "git",
      "does not say when this checkout was committed",
      "give the seconds since 1970 as SOURCE_DATE_EPOCH",
    );
  }
  if (/^\d{1,11}$/.test(given)) return Number(given);
  throw new OperatorError(
    `SOURCE_DATE_EPOCH=${given}`,
    "is not a number of seconds",
    "give the seconds since 1970, as date +%s does",
  );
}
