/**
 * Every exit status of the tender. A guest's own status (0 to 255) passes
 * through unchanged, so a 1 may be the guest's or the tender's: clients of
 * Solo5's tender rely on these numbers. `docs/operators.md` has the table of
 * ends with their sentences.
 *
 * @module
 */

/** What the program exits with when the guest did not choose. */
export const ExitStatus = {
  /** The command did what it was asked (help, version). */
  SUCCESS: 0,
  /** The operator has to change something: a flag, a file, the host. */
  OPERATOR: 1,
  /** The unikernel's file is not one that this tender runs. */
  IMAGE: 1,
  /** The guest did what no guest may. */
  GUEST_FAULT: 1,
  /** SIGINT or SIGTERM ended the guest. */
  SIGNAL: 1,
  /** The debugger had the guest end, or went away. */
  DEBUGGER: 1,
  /** A mistake in this program. */
  INTERNAL: 1,
} as const;
