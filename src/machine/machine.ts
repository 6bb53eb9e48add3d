/**
 * A guest, built and ready to run.
 *
 * @module
 */
import { type Figures, UNSEEN } from "../contract/figures.ts";
import { type Hypercall, HYPERCALL_LIMIT } from "../contract/hypercalls.ts";
import { GuestMemory } from "../contract/memory.ts";
import type { AttachedDevice, DeviceModule, DeviceType } from "../contract/module.ts";
import { RING_BUFFERS_BYTES } from "../contract/limits.ts";
import type { RingServer } from "../contract/ring.ts";
import type { SandboxRequest } from "../contract/sandbox.ts";
import type { Vcpu } from "../contract/vcpu.ts";
import type { GuestEnd, Say, Watch } from "../contract/watch.ts";
import { OperatorError } from "../errors.ts";
import type { Bindings } from "../binding/bindings.ts";
import type { NamedNeeds } from "../contract/policy.ts";
import { makePolicy } from "../sandbox/policy.ts";
import { quietRuntimeSignals } from "../sandbox/runtime_signals.ts";
import { foresee, futureUser, type Seal, seal } from "../sandbox/seal.ts";
import { createKvmMachine } from "../hypervisor/kvm/kvm.ts";
import { endRing, lastLook, tellEnd } from "./ending.ts";
import { loadSegments } from "./loader.ts";
import {
  coreModule,
  loadDeviceModules,
  loadInterposers,
  loadWatchModule,
} from "./registry.ts";
import { runGuest } from "./run_loop.ts";
import { setUp } from "./setup.ts";
import { HYPERCALL_PORT, KICK_PORT } from "./x86_64/hypercall_port.ts";

/** A guest with its devices attached and its image loaded. */
export interface Machine {
  /** Says what {@link seal} would be on this host. Changes nothing. */
  foresee(request: SandboxRequest): Seal;
  /**
   * Gives up everything but this guest, for the whole process and for good,
   * unless `request` says otherwise. From then on until {@link close}, SIGINT and
   * SIGTERM only end guests. Where a debugger is to be waited for it waits.
   *
   * @throws {OperatorError} when this process cannot be sealed
   * @throws {Error} when it was sealed or closed before
   */
  seal(request: SandboxRequest): SealedMachine;
  /**
   * Gives memory, devices and the virtual machine back to the host, and the
   * signals to whoever had them. May be called more than once.
   */
  close(): void;
}

/** A guest that is ready to run, in a process that can do nothing else. */
export interface SealedMachine {
  /** What the seal is; undefined where there is none. */
  readonly seal: Seal | undefined;
  /**
   * Runs the guest to its end, once, without returning to the event loop.
   *
   * @returns the guest's exit status, 0 to 255
   * @throws {GuestFault} when it did what no guest may
   * @throws {OperatorError} when a resource of the host failed
   * @throws {EndedBySignal} when SIGINT or SIGTERM came
   * @throws {Error} when it was run before, or its machine closed
   */
  run(): number;
}

/**
 * Builds a guest: loads the modules that its manifest names, attaches its
 * devices, makes the virtual machine and loads the image. Closes the image,
 * also when it throws. A process can have one guest at a time.
 *
 * @param say takes sentences that the operator should see although nothing failed
 * @param kvm the descriptor of `/dev/kvm`, where it is open already
 * @throws {OperatorError} when the host lacks something, with the way out
 * @throws {ImageError} when the file has become shorter since it was read
 */
export function build(
  bindings: Bindings,
  say: Say = () => {},
  kvm?: number,
): Promise<Machine> {
  return buildCounted(bindings, UNSEEN, say, kvm);
}

/**
 * Does what {@link build} does.
 *
 * @param figures where it is counted what the guest does; closed with the machine
 */
export async function buildCounted(
  bindings: Bindings,
  figures: Figures,
  say: Say,
  kvm?: number,
): Promise<Machine> {
  const { image } = bindings;
  const undo: (() => void)[] = [() => image.source.close(), () => figures.close()];
  const close = () => {
    for (const release of undo.splice(0).toReversed()) release();
  };
  try {
    requireHost();
    const modules = await loadDeviceModules(bindings);
    const devices = bindings.devices.map((binding, index) => {
      const counts = figures.device(index);
      const device = modules.get(binding.type)!.attach(binding, say, counts);
      undo.push(() => device.close());
      return device;
    });
    const watches: Watch[] = [];
    for (const binding of bindings.watches) {
      const watch = (await loadWatchModule(binding.name)).prepare(binding, say);
      undo.push(() => watch.close());
      watches.push(watch);
    }
    const vm = createKvmMachine(bindings.memoryBytes, bindings.ringBytes, kvm);
    undo.push(() => vm.close());
    const ring = ringServer(bindings, modules, devices);
    undo.push(() => ring?.close());
    setUp(vm, bindings, devices);
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
    const entered = figures.follow?.(vcpu, vm.vcpu) ?? vcpu;
    const signals = watches.flatMap((watch) => watch.signals);
    const table: (Hypercall | undefined)[] = new Array(HYPERCALL_LIMIT).fill(undefined);
    const answer = (handlers: ReadonlyMap<number, Hypercall>) => {
      for (const [number, handler] of handlers) table[number] = handler;
    };
    answer(coreModule.hypercalls({
      memory,
      polls: vcpu.polls,
      devices,
      counts: figures.guest,
    }));
    for (const [type, module] of modules) {
      answer(module.hypercalls(ofType(bindings, devices, type), memory));
    }
    for (const module of await loadInterposers(bindings)) {
      answer(module.interpose({
        memory,
        polls: vcpu.polls,
        devices,
        bindings: bindings.devices,
        consoleRate: bindings.consoleRate,
        hypercalls: table,
        writeConsole: coreModule.consoleWriter(vcpu.polls),
      }));
    }
    table[KICK_PORT - HYPERCALL_PORT] = await ring?.begin({
      memory,
      host: vm.memory,
      protectedRanges: guarded,
      stopAddress: vm.stopAddress,
      divertKicks: (eventfd) => vm.countPortWrites(KICK_PORT, eventfd),
    });
    const needs = (): NamedNeeds[] => [
      { by: "kvm", ...vm.needs() },
      { by: "figures", ...figures.needs() },
      { by: coreModule.name, ...coreModule.needs(devices) },
      ...[...modules].map(([type, module]) => ({
        by: module.name,
        ...module.needs(ofType(bindings, devices, type)),
      })),
      ...ring ? [{ by: "ring", ...ring.needs() }] : [],
      ...watches.map((watch, index) => ({
        by: bindings.watches[index]!.name,
        ...watch.needs(),
      })),
    ];
    let isSealed = false;
    figures.reached("build");
    let stage: "built" | "sealed" | "over" = "built";
    const advance = (from: typeof stage, to: typeof stage) => {
      if (stage !== from) {
        throw new Error("this guest was run or closed before; build another");
      }
      stage = to;
    };
    const run = (): number => {
      advance("sealed", "over");
      const check = () => devices.forEach((device) => device.check?.());
      let end: GuestEnd;
      try {
        end = { status: runGuest(entered, table, check, figures.guest) };
      } catch (error) {
        end = { error };
      }
      end = lastLook(devices, endRing(ring, vcpu, end), say);
      for (const watch of watches) tellEnd(watch, end, say);
      figures.reached("run");
      figures.ended(end);
      if ("error" in end) throw end.error;
      return end.status;
    };
    return {
      foresee(request) {
        return foresee(makePolicy(needs()), request, futureUser(request));
      },
      seal(request) {
        advance("built", "sealed");
        let result: Seal | undefined;
        try {
          const sealing = request.level === "off" ? undefined : futureUser(request);
          vcpu.catchSignals(signals);
          for (const watch of watches) watch.ready?.(sealing);
          if (request.level !== "off") {
            const parts = needs();
            const policy = makePolicy([...parts, ...quietRuntimeSignals(parts)]);
            result = seal(policy, request, sealing, () => memory.open());
          } else memory.open();
          isSealed = result !== undefined;
          figures.reached("seal");
        } catch (error) {
          figures.ended({ error });
          throw error;
        }
        return { seal: result, run };
      },
      close() {
        stage = "over";
        // A sealed process may not, and gives everything back when it ends.
        if (!isSealed) close();
      },
    };
  } catch (error) {
    figures.ended({ error });
    close();
    throw error;
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
  bindings: Bindings,
  modules: ReadonlyMap<DeviceType, DeviceModule>,
  devices: readonly AttachedDevice[],
): RingServer | undefined {
  if (bindings.ringBytes === 0) return undefined;
  const likely = bindings.image.layout.zeroBytes >= RING_BUFFERS_BYTES;
  for (const [type, module] of modules) {
    if (module.ring) return module.ring(ofType(bindings, devices, type), likely);
  }
  return undefined;
}

/** The devices of one type. */
function ofType(
  bindings: Bindings,
  devices: readonly AttachedDevice[],
  type: DeviceType,
): AttachedDevice[] {
  return devices.filter((_, index) => bindings.devices[index]!.type === type);
}
