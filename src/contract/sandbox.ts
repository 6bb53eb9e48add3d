/**
 * What the operator asks of the seal.
 *
 * @module
 */

/** How much of it is insisted on. */
export const SANDBOX_LEVELS = ["best-effort", "strict", "off"] as const;

/** One of {@link SANDBOX_LEVELS}. */
export type SandboxLevel = (typeof SANDBOX_LEVELS)[number];

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
