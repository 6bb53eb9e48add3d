/**
 * The folder that the figures of a user's guests are in. Pure.
 *
 * @module
 */

/** Names of files in it, by what they begin with: a guest's name, or a number. */
export const NAMED = "name.", UNNAMED = "slot.";

/** The folder of root's guests. */
const OF_ROOT = "/run/solo5";

/** What it is called in a user's own runtime directory. */
const OWN = "solo5";

/** The variable that says it outright. */
const VARIABLE = "SOLO5_RUNTIME_DIR";

/** Where systemd and others have a folder for each user who is logged in. */
const XDG_VARIABLE = "XDG_RUNTIME_DIR";

/**
 * The folder of a user.
 *
 * @param user effective user id
 * @param environment variables as the kernel has them: `NAME=VALUE`, a NUL behind each
 * @returns its path; it need not be there
 */
export function figuresFolder(user: number, environment: string): string {
  const given = absolute(environment, VARIABLE);
  if (given !== undefined) return given;
  // Of root there is one, whoever became root where.
  if (user === 0) return OF_ROOT;
  return `${absolute(environment, XDG_VARIABLE) ?? `/run/user/${user}`}/${OWN}`;
}

function absolute(environment: string, name: string): string | undefined {
  const value = environment.split("\0").find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  return value?.startsWith("/") ? value : undefined;
}
