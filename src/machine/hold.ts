/**
 * Taking hold of what a guest is bound to, for another start of this program.
 *
 * @module
 */
import { OperatorError } from "../errors.ts";
import type { Bindings } from "../binding/bindings.ts";
import { openKvm } from "../hypervisor/kvm/kvm.ts";
import { loadDeviceModule } from "./registry.ts";

/** Open descriptors that a guest is made of. */
export interface HeldResources {
  /** The image. */
  readonly image: number;
  /** `/dev/kvm`. */
  readonly kvm: number;
  /** Of each device, in the manifest's order. */
  readonly devices: readonly number[];
}

/**
 * Opens everything that {@link build} would, checks and locks included.
 *
 * @param image the image's descriptor
 * @throws {OperatorError} as it does, and for what cannot be held
 */
export async function hold(bindings: Bindings, image: number): Promise<HeldResources> {
  refuseWatches(bindings);
  const devices: number[] = [];
  for (const binding of bindings.devices) {
    const module = await loadDeviceModule(binding.type);
    // What is to be said is said when the guest is built.
    devices.push(module.attach(binding, () => {}).descriptor);
  }
  return { image, kvm: openKvm(), devices };
}

/**
 * Refuses what opens something that cannot be handed over.
 *
 * @throws {OperatorError} where a guest is to be watched
 */
export function refuseWatches({ watches: [watch] }: Pick<Bindings, "watches">): void {
  if (watch !== undefined) {
    throw new OperatorError(
      "--sandbox=strict",
      `cannot be had together with --${watch.name}, which opens files or ports of its own`,
      "drop one, or give --sandbox=best-effort",
    );
  }
}

/** Bindings whose devices are held already. */
export function withHeld(bindings: Bindings, { devices }: HeldResources): Bindings {
  return {
    ...bindings,
    devices: bindings.devices.map((binding, index) => {
      const held = devices[index]!;
      return binding.type === "NET_BASIC"
        ? { ...binding, tap: withDescriptor(binding.tap, held) }
        : { ...binding, file: withDescriptor(binding.file, held) };
    }),
  };
}

/** A passed one stays what it is. */
function withDescriptor<S extends object>(source: S, held: number): S {
  return "descriptor" in source ? source : { ...source, held };
}
