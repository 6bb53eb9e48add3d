/**
 * A tender for Solo5 unikernels: reads an image, binds its devices to resources
 * of the host, builds the guest and runs it.
 *
 * The stages are values, each of which the next one takes:
 * {@link readImage} → {@link bind} → {@link build} → {@link Machine.seal} →
 * {@link SealedMachine.run}.
 *
 * @example
 * ```ts ignore
 * import { bind, build, openImageFile, readImage } from "./mod.ts";
 *
 * const image = readImage(openImageFile("app.elf"));
 * const machine = await build(bind(image, {
 *   net: [{ device: "service0", tap: { interface: "tap0" } }],
 * }));
 * Deno.exit(machine.seal({ level: "best-effort" }).run());
 * ```
 *
 * @module
 */
export type { Rate } from "./src/contract/interposer.ts";
export type {
  BlockBinding,
  DeviceBinding,
  DeviceType,
  NetBinding,
  SyncMode,
} from "./src/contract/module.ts";
export type {
  DiskSource,
  Held,
  PassedDescriptor,
  TapSource,
} from "./src/contract/source.ts";
export type { GdbEndpoint, Say, WatchBinding } from "./src/contract/watch.ts";
export type {
  ArgumentRule,
  ArgumentValue,
  KeptDescriptor,
  Permit,
  PermittedCall,
} from "./src/contract/policy.ts";
export type { Instruction } from "./src/sandbox/bpf.ts";
export type { Refusal } from "./src/sandbox/filter.ts";
export type { Layer, Reach } from "./src/sandbox/layers.ts";
export type { OwnedPermit, Policy } from "./src/sandbox/policy.ts";
export type { Seal } from "./src/sandbox/seal.ts";
export { ExitStatus } from "./src/contract/exit_status.ts";
export {
  EndedBySignal,
  GuestFault,
  type ImageDefect,
  ImageError,
  OperatorError,
} from "./src/errors.ts";
export { ABI_VERSIONS, type AbiVersion } from "./src/image/abi.ts";
export { type Image, readImage } from "./src/image/image.ts";
export type { Manifest, ManifestDevice } from "./src/image/manifest.ts";
export type { Layout, Segment } from "./src/image/segments.ts";
export { type ImageSource, sourceFromBytes } from "./src/image/source.ts";
export { bind, type Bindings } from "./src/binding/bindings.ts";
export type {
  BindingRequest,
  BlockRequest,
  ConsoleMode,
  DiskUse,
  NetRequest,
} from "./src/binding/request.ts";
export { openImageFile } from "./src/machine/image_file.ts";
export type {
  SandboxLevel,
  SandboxRequest,
  StrictStart,
} from "./src/contract/sandbox.ts";
export { build, type Machine, type SealedMachine } from "./src/machine/machine.ts";

if (import.meta.main) {
  const { main } = await import("./src/cli/main.ts");
  await main(Deno.args);
}
