/**
 * What the operator asks of the seal.
 *
 * @module
 */

/** How much of it is insisted on. */
export type SandboxLevel = "best-effort" | "strict" | "off";

/** Every level, for those who read one. */
export const SANDBOX_LEVELS: readonly SandboxLevel[] = ["best-effort", "strict", "off"];

/** What the operator asks of the seal. */
export interface SandboxRequest {
  /**
   * `best-effort` takes what kernel and user allow; `strict` refuses where a
   * layer does not hold in every thread; `off` leaves the process as it is.
   */
  readonly level: SandboxLevel;
  /** `--user`: whom root becomes; `nobody` if not given. */
  readonly user?: string;
}
