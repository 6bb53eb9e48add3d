/**
 * What the operator asks of the seal.
 *
 * @module
 */

/** How much of it is insisted on. */
export type SandboxLevel = "best-effort" | "strict" | "off";

/** Every level, for those who read one. */
export const SANDBOX_LEVELS: readonly SandboxLevel[] = ["best-effort", "strict", "off"];

/** What every thread of a process has had since its first instruction. */
export interface StrictStart {
  /** Whether mount namespace and root folder are its own. */
  readonly ownRoot: boolean;
  /** Whether it is root in a user namespace that has nobody else to become. */
  readonly alone: boolean;
}

/** What the operator asks of the seal. */
export interface SandboxRequest {
  /**
   * `best-effort` takes what kernel and user allow; `strict` refuses where a
   * layer does not hold in every thread; `off` leaves the process as it is.
   */
  readonly level: SandboxLevel;
  /** `--user`: whom root becomes; `nobody` if not given. */
  readonly user?: string;
  /** What a strict start has done already; then `user` is not given. */
  readonly started?: StrictStart;
}
