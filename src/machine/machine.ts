/**
 * A guest, built and ready to run.
 *
 * @module
 */
import { type Hypercall, HYPERCALL_LIMIT } from "../contract/hypercalls.ts";
import { GuestMemory } from "../contract/memory.ts";
import type {
  AttachedDevice,
  DeviceBinding,
  DeviceModule,
  DeviceType,
} from "../contract/module.ts";
import { RING_BUFFERS_BYTES } from "../contract/limits.ts";
import type { RingServer } from "../contract/ring.ts";
import type { Vcpu } from "../contract/vcpu.ts";
import type { GuestEnd, Say, Watch } from "../contract/watch.ts";
import { OperatorError } from "../errors.ts";
import type { Bindings } from "../binding/bindings.ts";
import { createKvmMachine } from "../hypervisor/kvm/kvm.ts";
import type { VirtualMachine } from "../hypervisor/hypervisor.ts";
import { encodeBootInfo } from "./boot_info.ts";
import { loadSegments } from "./loader.ts";
import { coreModule, loadDeviceModule, loadWatchModule } from "./registry.ts";
import { runGuest } from "./run_loop.ts";
import { HYPERCALL_PORT, KICK_PORT } from "./x86_64/hypercall_port.ts";
import { guestCpuid } from "./x86_64/cpuid.ts";
import { BOOT_INFO, IMAGE } from "./x86_64/memory_map.ts";
import { ALLOWED_MSRS } from "./x86_64/msrs.ts";
import { writePageTables } from "./x86_64/page_tables.ts";
import { initialRegisters, SYSTEM_REGISTERS, writeGdt } from "./x86_64/registers.ts";

/** A guest with its devices attached and its image loaded. */
export interface Machine {
  /**
   * Runs the guest to its end, once, without returning to the event loop. From
   * then on until {@link close}, SIGINT and SIGTERM only end guests.
   *
   * @returns the guest's exit status, 0 to 255
   * @throws {GuestFault} when it did what no guest may
   * @throws {OperatorError} when a resource of the host failed
   * @throws {EndedBySignal} when SIGINT or SIGTERM came
   * @throws {Error} when it was run or closed before
   */
  run(): number;
  /**
   * Gives memory, devices and the virtual machine back to the host, and the
   * signals to whoever had them. May be called more than once.
   */
  close(): void;
}

/**
 * Builds a guest: loads the modules that its manifest names, attaches its
 * devices, makes the virtual machine and loads the image. Closes the image,
 * also when it throws. A process can have one guest at a time.
 *
 * @param say takes sentences that the operator should see although nothing failed
 * @throws {OperatorError} when the host lacks something, with the way out
 * @throws {ImageError} when the file has become shorter since it was read
 */
export async function build(
  bindings: Bindings,
  say: Say = () => {},
): Promise<Machine> {
  const { image } = bindings;
  const undo: (() => void)[] = [() => image.source.close()];
  const close = () => {
    for (const release of undo.splice(0).toReversed()) release();
  };
  try {
    requireHost();
    const modules = await loadDeviceModules(bindings);
    const devices = bindings.devices.map((binding) => {
      const device = modules.get(binding.type)!.attach(binding, say);
      undo.push(() => device.close());
      return device;
    });
    const watches: Watch[] = [];
    for (const binding of bindings.watches) {
      const watch = (await loadWatchModule(binding.name)).prepare(binding, say);
      undo.push(() => watch.close());
      watches.push(watch);
    }
    const vm = createKvmMachine(bindings.memoryBytes, bindings.ringBytes);
    undo.push(() => vm.close());
    const ring = ringServer(bindings, modules, devices);
    undo.push(() => ring?.close());
    prepare(vm, bindings, devices);
    const guarded = loadSegments(image, vm);
    image.source.close();
    const memory = new GuestMemory(vm.memory, bindings.memoryBytes);
    memory.protect(guarded);
    const vcpu = watches.reduce<Vcpu>(
      (vcpu, watch) =>
        watch.begin({
          imageName: image.source.name,
          commandLine: bindings.commandLine,
          entry: image.entry,
          vcpu,
          debug: vm.vcpu,
          memory,
          host: vm.memory,
          protectedRanges: guarded,
          protectMemory: (range, rights) => vm.protectMemory(range, rights),
        }),
      vm.vcpu,
    );
    const signals = watches.flatMap((watch) => watch.signals);
    const table: (Hypercall | undefined)[] = new Array(HYPERCALL_LIMIT).fill(undefined);
    const answer = (handlers: ReadonlyMap<number, Hypercall>) => {
      for (const [number, handler] of handlers) table[number] = handler;
    };
    answer(coreModule.hypercalls({ memory, polls: vcpu.polls, devices }));
    for (const [type, module] of modules) {
      const own = devices.filter((_, index) => bindings.devices[index]!.type === type);
      answer(module.hypercalls(own, memory));
    }
    table[KICK_PORT - HYPERCALL_PORT] = await ring?.begin({
      memory,
      host: vm.memory,
      protectedRanges: guarded,
      stopAddress: vm.stopAddress,
      divertKicks: (eventfd) => vm.countPortWrites(KICK_PORT, eventfd),
    });
    let ready = true;
    return {
      run() {
        if (!ready) throw new Error("this guest was run or closed before; build another");
        ready = false;
        memory.open();
        const check = () => devices.forEach((device) => device.check?.());
        let end: GuestEnd;
        try {
          end = { status: runGuest(vcpu, table, signals, check) };
        } catch (error) {
          end = { error };
        }
        end = lastLook(devices, endRing(ring, vcpu, end), say);
        for (const watch of watches) tellEnd(watch, end, say);
        if ("error" in end) throw end.error;
        return end.status;
      },
      close() {
        ready = false;
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Ends every device. What has failed there is how the guest ended, unless that
 * was a failure already: then it is said.
 */
function lastLook(devices: readonly AttachedDevice[], end: GuestEnd, say: Say): GuestEnd {
  for (const device of devices) {
    try {
      device.end?.();
    } catch (error) {
      if ("status" in end) end = { error };
      else say((error as Error).message);
    }
  }
  return end;
}

/** What fails in a watch is said, and keeps neither the others nor the guest's end. */
function tellEnd(watch: Watch, end: GuestEnd, say: Say): void {
  try {
    watch.end(end);
  } catch (error) {
    say((error as Error).message);
  }
}

/**
 * Checks that this is a host on which guests can run at all.
 *
 * @throws {OperatorError} where it is not Linux on x86_64
 */
export function requireHost(): void {
  const { os, arch } = Deno.build;
  if (os === "linux" && arch === "x86_64") return;
  throw new OperatorError(
    `this host (${os} on ${arch})`,
    "no hypervisor in this build of solo5 can run a guest here",
    "use Linux with KVM on x86_64",
  );
}

/** Starts the server of the ring, where the guest is offered one. */
function ringServer(
  { image, devices: all, ringBytes }: Bindings,
  modules: ReadonlyMap<DeviceType, DeviceModule>,
  devices: readonly AttachedDevice[],
): RingServer | undefined {
  if (ringBytes === 0) return undefined;
  const likely = image.layout.zeroBytes >= RING_BUFFERS_BYTES;
  for (const [type, module] of modules) {
    const own = devices.filter((_, index) => all[index]!.type === type);
    if (module.ring) return module.ring(own, likely);
  }
  return undefined;
}

/**
 * Ends the service of the ring. What the guest, or the host, did wrong there is
 * how the guest ended.
 */
function endRing(ring: RingServer | undefined, vcpu: Vcpu, end: GuestEnd): GuestEnd {
  const error = ring?.end("status" in end);
  if (error === undefined) return end;
  // To end the guest it may have set the timer after the run loop had put it off.
  vcpu.rest();
  return { error };
}

async function loadDeviceModules(
  bindings: Bindings,
): Promise<Map<DeviceType, DeviceModule<DeviceBinding, AttachedDevice>>> {
  const types = new Set(bindings.devices.map(({ type }) => type));
  const modules = new Map<DeviceType, DeviceModule>();
  for (const type of types) modules.set(type, await loadDeviceModule(type));
  return modules;
}

/** Sets up memory below the image, and the vCPU. */
function prepare(
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
