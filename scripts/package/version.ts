/**
 * What a version is called in a Debian package, and when it was made.
 *
 * @module
 */

/**
 * Makes a package's version of a program's (Debian Policy 5.6.12): what Semantic
 * Versioning puts before a release is put before it by `~` there.
 *
 * @param version as in `deno.json`: `0.2.0`, `0.2.0-rc.1`
 * @param revision the how manieth package of this version
 */
export function debianVersion(version: string, revision: number): string {
  return `${version.replace("-", "~")}-${revision}`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * Writes a time as changelogs have it (RFC 5322), in UTC.
 *
 * @param seconds since 1970
 */
export function changelogDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = String(date.getUTCDate()).padStart(2, "0");
  const month = MONTHS[date.getUTCMonth()];
  const time = date.toISOString().slice(11, 19);
  return `${
    DAYS[date.getUTCDay()]
  }, ${day} ${month} ${date.getUTCFullYear()} ${time} +0000`;
}
