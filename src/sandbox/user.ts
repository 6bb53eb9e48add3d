/**
 * The user that a tender of root's becomes. Pure.
 *
 * @module
 */
import type { UserIds } from "../../ffi/identity.ts";
import { OperatorError } from "../errors.ts";

/** Who it becomes where nothing else is said. */
export const DEFAULT_USER = "nobody";

/** What `nobody` has where no user database says otherwise (Linux' overflow ids). */
const NOBODY: UserIds = { uid: 65534, gid: 65534 };

/** The highest id that is one; the next means "none" to the kernel. */
const MOST_ID = 0xffff_fffe;

/**
 * Finds a user.
 *
 * @param asked a name of the user database, or `UID:GID`
 * @param passwd the database's text (man 5 passwd); undefined where there is none
 * @throws {OperatorError} where there is no such user, or it is root
 */
export function findUser(asked: string, passwd: string | undefined): UserIds {
  const numbers = /^([0-9]{1,10}):([0-9]{1,10})$/.exec(asked);
  const user = numbers
    ? { uid: Number(numbers[1]), gid: Number(numbers[2]) }
    : userOfName(asked, passwd ?? "");
  if (user === undefined || user.uid > MOST_ID || user.gid > MOST_ID) {
    throw new OperatorError(
      `--user=${asked}`,
      "no such user in /etc/passwd",
      "give a name that is there, or UID:GID",
    );
  }
  if (user.uid === 0 || user.gid === 0) {
    throw new OperatorError(
      `--user=${asked}`,
      "the tender does not stay root",
      `give another user, or leave it out for "${DEFAULT_USER}"`,
    );
  }
  return user;
}

function userOfName(name: string, passwd: string): UserIds | undefined {
  for (const line of passwd.split("\n")) {
    const [login, , uid = "", gid = ""] = line.split(":");
    if (login !== name || !/^[0-9]+$/.test(uid) || !/^[0-9]+$/.test(gid)) continue;
    return { uid: Number(uid), gid: Number(gid) };
  }
  return name === DEFAULT_USER ? NOBODY : undefined;
}
