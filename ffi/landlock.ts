/**
 * Landlock: a thread denies itself paths, ports and neighbours (man 7 landlock).
 *
 * @module
 */
import { closeFile } from "./files.ts";
import {
  LANDLOCK_ABIS,
  LANDLOCK_CREATE_RULESET_VERSION,
  LANDLOCK_RESTRICT_SELF_TSYNC,
  LANDLOCK_RULE_PATH_BENEATH,
  LANDLOCK_TSYNC_ABI,
  PathBeneath,
  RulesetAttribute,
} from "./linux/landlock.ts";
import { systemCall, trySystemCall } from "./system_call.ts";

/** What a rule allows below a folder. */
export interface LandlockRule {
  /** The folder, open. */
  readonly descriptor: number;
  /** The rights: `LandlockRight`, those that this kernel does not know are left out. */
  readonly rights: number;
}

/** The kernel's ABI version; 0 where it has no Landlock, or it is turned off. */
export function landlockAbi(): number {
  const version = trySystemCall(
    "landlock_create_ruleset",
    0,
    0,
    LANDLOCK_CREATE_RULESET_VERSION,
  );
  return Math.max(version, 0);
}

/** Whether every thread can be restricted at once. */
export function reachesAllThreads(abi: number): boolean {
  return abi >= LANDLOCK_TSYNC_ABI;
}

/**
 * Denies the calling thread, and the others where this kernel can, everything
 * that Landlock knows, but for what rules allow. Descriptors that are open stay
 * as they are. Needs no_new_privs.
 *
 * @param abi what {@link landlockAbi} said: not 0
 * @throws {SystemCallError} when the kernel refuses
 */
export function denyAll(abi: number, rules: readonly LandlockRule[]): void {
  const known = LANDLOCK_ABIS.find(({ version }) => version <= abi)!;
  const attribute = new Uint8Array(known.size);
  const view = new DataView(attribute.buffer);
  const set = (offset: number, bits: number) => {
    if (offset < known.size) view.setBigUint64(offset, BigInt(bits), true);
  };
  set(RulesetAttribute.handledAccessFs, known.fs);
  set(RulesetAttribute.handledAccessNet, known.net);
  set(RulesetAttribute.scoped, known.scoped);
  const what = "Landlock";
  const ruleset = systemCall("landlock_create_ruleset", what, attribute, known.size, 0);
  try {
    for (const { descriptor, rights } of rules) {
      const rule = new Uint8Array(PathBeneath.size);
      const fields = new DataView(rule.buffer);
      fields.setBigUint64(PathBeneath.allowedAccess, BigInt(rights & known.fs), true);
      fields.setInt32(PathBeneath.parentDescriptor, descriptor, true);
      systemCall("landlock_add_rule", what, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0);
    }
    const flags = reachesAllThreads(abi) ? LANDLOCK_RESTRICT_SELF_TSYNC : 0;
    systemCall("landlock_restrict_self", what, ruleset, flags);
  } finally {
    closeFile(ruleset);
  }
}
