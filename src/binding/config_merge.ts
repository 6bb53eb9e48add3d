/**
 * Flags above those of a config file, where the two spell a device differently:
 * one by its name, the other by its position.
 *
 * @module
 */
import type { ManifestDevice } from "../image/manifest.ts";
import { findDevice } from "./bindings.ts";
import type { FiledArguments, FiledFlag, GivenFlag } from "./flags.ts";

const POSITION = /^[0-9]{1,2}$/;

function mayReplace(given: GivenFlag, filed: FiledFlag): boolean {
  return given.flag === filed.flag && given.device !== filed.device &&
    (POSITION.test(given.device) || POSITION.test(filed.device));
}

/**
 * Says whether a flag may speak of a device that the file spells differently: the
 * unikernel's manifest decides.
 */
export function isUndecided(
  given: readonly GivenFlag[],
  file: FiledArguments,
): boolean {
  return given.some((one) => file.flags.some((other) => mayReplace(one, other)));
}

/**
 * The file without what a flag says of the same device in another spelling.
 *
 * @param devices those of the manifest
 */
export function withoutReplaced(
  given: readonly GivenFlag[],
  file: FiledArguments,
  devices: readonly ManifestDevice[],
): FiledArguments {
  const deviceOf = ({ flag, device }: GivenFlag | FiledFlag) => {
    const type = flag.name.startsWith("--net") ? "NET_BASIC" : "BLOCK_BASIC";
    return findDevice(devices.filter((each) => each.type === type), device);
  };
  const flags = file.flags.filter((filed) =>
    !given.some((one) => {
      const device = mayReplace(one, filed) ? deviceOf(one) : undefined;
      return device !== undefined && device === deviceOf(filed);
    })
  );
  return { ...file, flags };
}
