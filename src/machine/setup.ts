/**
 * What a guest finds: memory below its image, and its vCPU's first state.
 *
 * @module
 */
import type { AttachedDevice } from "../contract/module.ts";
import type { Bindings } from "../binding/bindings.ts";
import type { VirtualMachine } from "../hypervisor/hypervisor.ts";
import { encodeBootInfo } from "./boot_info.ts";
import { guestCpuid } from "./x86_64/cpuid.ts";
import { BOOT_INFO, IMAGE } from "./x86_64/memory_map.ts";
import { ALLOWED_MSRS } from "./x86_64/msrs.ts";
import { writePageTables } from "./x86_64/page_tables.ts";
import { initialRegisters, SYSTEM_REGISTERS, writeGdt } from "./x86_64/registers.ts";

/** Sets up memory below the image, and the vCPU. */
export function setUp(
  vm: VirtualMachine,
  bindings: Bindings,
  devices: readonly AttachedDevice[],
): void {
  const { image, memoryBytes, ringBytes, commandLine } = bindings;
  const bytes = vm.memory.part(0, IMAGE);
  writeGdt(bytes);
  writePageTables(bytes, memoryBytes + ringBytes);
  const bootInfo = encodeBootInfo({
    abi: image.abi,
    memoryBytes,
    ring: ringBytes > 0,
    kernelEnd: image.layout.kernelEnd,
    tscKilohertz: vm.tscKilohertz,
    manifest: image.manifest,
    devices: new Map(devices.map(({ handle, properties }) => [handle, properties])),
    commandLine,
  }, BOOT_INFO);
  bytes.set(bootInfo, BOOT_INFO);
  vm.setCpuid(guestCpuid(vm.supportedCpuid()));
  vm.allowOnlyMsrs(ALLOWED_MSRS);
  vm.setSystemRegisters(SYSTEM_REGISTERS);
  vm.setGeneralRegisters(initialRegisters(image.entry, memoryBytes));
}
