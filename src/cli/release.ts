/**
 * Which release this program is.
 *
 * @module
 */

/** The version of this program; the same as in `deno.json`. */
export const VERSION = "0.1.0";

/**
 * The commit that it was built from, with `-modified` behind it where files were
 * changed since; undefined in a checkout. A build puts it here.
 */
export const COMMIT: string | undefined = undefined;
