/**
 * Whose process this is. The C library's functions change it in every thread;
 * the system calls behind them only in the calling one (man 7 nptl).
 *
 * @module
 */
import { checked } from "./errno.ts";
import { symbolGroup } from "./libc.ts";

const libc = symbolGroup("identity", {
  // int setgroups(size_t size, const gid_t *list)
  setgroups: { parameters: ["usize", "pointer"], result: "i32" },
  // int setresgid(gid_t rgid, gid_t egid, gid_t sgid)
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  // int setresuid(uid_t ruid, uid_t euid, uid_t suid)
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
});

/** A user, by numbers. */
export interface UserIds {
  /** User. */
  readonly uid: number;
  /** Its one group. */
  readonly gid: number;
}

/**
 * Makes the process another user's, for good: real, effective and saved, in
 * every thread, without supplementary groups.
 *
 * @throws {SystemCallError} EPERM without CAP_SETUID and CAP_SETGID, EINVAL
 * where this user namespace does not have the user
 */
export function becomeUser({ uid, gid }: UserIds): void {
  const { setgroups, setresgid, setresuid } = libc();
  const user = `user ${uid}`;
  checked(setgroups(0n, null), "setgroups", user);
  checked(setresgid(gid, gid, gid), "setresgid", `group ${gid}`);
  checked(setresuid(uid, uid, uid), "setresuid", user);
}
