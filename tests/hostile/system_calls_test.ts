/**
 * The filters of real guests, over the whole system call table: by the tests' own
 * interpreter, and by the kernel.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SeccompAction } from "../../ffi/linux/seccomp.ts";
import { SystemCall } from "../../ffi/linux/system_calls.ts";
import type { ArgumentRule, KeptDescriptor } from "../../src/contract/policy.ts";
import type { Instruction } from "../../src/sandbox/bpf.ts";
import { type Call, interpret } from "../support/bpf.ts";
import { withDirectory } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, makeTap } from "../support/network.ts";
import { guest, tender } from "../support/tender.ts";
import { type TriedCall, tryCalls } from "../support/tried_calls.ts";

/** `solo5 sandbox --json`, in part. */
interface Shown {
  readonly descriptors: readonly KeptDescriptor[];
  readonly systemCalls: readonly {
    readonly call: keyof typeof SystemCall;
    readonly arguments: readonly ArgumentRule[];
  }[];
  readonly refused: readonly {
    readonly call: keyof typeof SystemCall;
    readonly errno: number;
  }[];
  readonly filter: readonly (readonly [number, number, number, number])[];
}

/** A guest's policy, and its filter. */
interface Sealed extends Shown {
  readonly program: readonly Instruction[];
}

async function show(args: readonly string[]): Promise<Sealed> {
  const { stdout, stderr } = await tender(["sandbox", "--json", ...args]);
  assertEquals(stderr, "");
  const shown: Shown = JSON.parse(stdout);
  const program = shown.filter.map(([code, jumpTrue, jumpFalse, constant]) => ({
    code,
    jumpTrue,
    jumpFalse,
    constant,
  }));
  return { ...shown, program };
}

/** Guests that, together, load every module. */
async function withEachGuest(action: (sealed: Sealed) => Promise<void>) {
  enterOwnNetwork();
  makeTap("calls0");
  await withDirectory(async (directory) => {
    const disk = `${directory}/disk.img`;
    await Deno.writeFile(disk, new Uint8Array(8192));
    const net = "--net:service=calls0";
    await action(await show([guest("hello")]));
    for (const sync of ["none", "write", "end"]) {
      const block = `--block:storage=${disk},sync=${sync}`;
      await action(await show([net, block, `--dumpcore=${directory}`, guest("soak")]));
    }
    const gdb = `--gdb=${directory}/socket`;
    const flags = [net, `--block:storage=${disk}`, gdb];
    await action(await show([...flags, guest("soak")]));
  });
}

/** Behind the last system call that there is (Linux 6.18 has fewer than 480). */
const TABLE = 1024;

/** The first number of x32's system calls. */
const X32 = 0x4000_0000;

/** Of other tables: i386, aarch64, none. */
const OTHER_ARCHITECTURES = [0x4000_0003, 0xc000_00b7, 0];

const NOISE: readonly (readonly (number | bigint)[])[] = [
  [0, 0, 0, 0, 0],
  [1, 2, 3, 4, 5],
  [4096, 7, 0x22, -1, 0],
  [-1, -1, -1, -1, -1],
  [1n << 32n, 1n << 63n, 1n << 33n, 1n << 40n, 1n << 63n],
];

/** Calls of one number, on each descriptor and on none of the guest's. */
function callsOf(number: number, { descriptors }: Sealed): Call[] {
  const first = [...descriptors.map(({ descriptor }) => descriptor), 63, -1, 1n << 40n];
  return first.flatMap((fd) =>
    NOISE.map((others) => ({ number, arguments: [fd, ...others] }))
  );
}

/** Calls that a permit would allow, each with one argument that it does not. */
function spoiled({ systemCalls }: Sealed): Call[] {
  return systemCalls.flatMap(({ call, arguments: rules }) => {
    const good = new Array<number | bigint>(6).fill(1);
    for (const { index, allowed } of rules) {
      good[index] = "oneOf" in allowed ? allowed.oneOf[0]!.value : 0;
    }
    return rules.flatMap((rule) =>
      valuesBeside(rule).map((value) => ({
        number: SystemCall[call],
        arguments: good.with(rule.index, value),
      }))
    );
  });
}

function valuesBeside({ allowed, bits }: ArgumentRule): (number | bigint)[] {
  const high = bits === 64 ? [1n << 32n, 1n << 63n] : [];
  if ("atMost" in allowed) return [allowed.atMost + 1, -1, ...high];
  if ("onlyBits" in allowed) {
    const others = Array.from({ length: 31 }, (_, bit) => 2 ** bit);
    return [...others.filter((bit) => (bit & allowed.onlyBits) === 0), ...high];
  }
  const values = allowed.oneOf.map(({ value }) => value);
  return [...values.flatMap((value) => [value + 1, value - 1, value ^ 0x8000]), ...high]
    .filter((value) => !values.some((each) => BigInt(each) === BigInt(value)));
}

const { ALLOW, ERRNO, KILL_PROCESS } = SeccompAction;

hostTest("every number of the table and of x32 kills, but what a guest's policy names", [
  "KVM",
  "root",
  "tun",
], async () => {
  await withEachGuest(async (sealed) => {
    const permitted = new Set(
      sealed.systemCalls.map(({ call }) => SystemCall[call] as number),
    );
    const refused = new Map(
      sealed.refused.map(({ call, errno }) => [SystemCall[call] as number, errno]),
    );
    for (let number = 0; number < TABLE; number++) {
      const errno = refused.get(number);
      for (const call of callsOf(number, sealed)) {
        const result = interpret(sealed.program, call);
        if (errno !== undefined) assertEquals(result, ERRNO | errno);
        else if (!permitted.has(number)) assertEquals(result, KILL_PROCESS, `${number}`);
        else assert(result === ALLOW || result === KILL_PROCESS);
      }
      const x32 = { number: X32 + number };
      assertEquals(interpret(sealed.program, x32), KILL_PROCESS, `x32 ${number}`);
      for (const architecture of OTHER_ARCHITECTURES) {
        assertEquals(interpret(sealed.program, { number, architecture }), KILL_PROCESS);
      }
    }
    await Promise.resolve();
  });
});

/**
 * Two calls that no filter is asked about, in kernels that have them (Linux 6.15,
 * `seccomp_uprobe_exception`): uretprobe and uprobe, which only a debugger's probe
 * may make.
 */
const UNFILTERED: ReadonlyMap<number, string> = new Map([
  [335, "signal 4"],
  [336, "errno 6"],
]);

/** How the kernel ends a call that the filter decides like this. */
function ending(decision: number): string {
  if (decision === KILL_PROCESS) return "signal 31";
  const errno = decision & 0xffff;
  return errno === 0 ? "result 0" : `errno ${errno}`;
}

const KILLED = new Set(["signal 31"]);

hostTest("the kernel kills or refuses each call beside a guest's policy", [
  "KVM",
  "root",
  "tun",
  "cc",
  "a fast host",
], async () => {
  // The table once for the guest without devices, and once for one with all.
  let tables = 2;
  await withEachGuest(async (sealed) => {
    const all: Call[] = [...spoiled(sealed)];
    const numbers = tables-- > 0 ? TABLE / 2 : 0;
    for (let number = 0; number < numbers; number++) {
      all.push(
        ...callsOf(number, sealed).slice(number % NOISE.length).filter((_, index) =>
          index % NOISE.length === 0
        ),
      );
    }
    const forbidden = all.filter((call) => interpret(sealed.program, call) !== ALLOW);
    const others: TriedCall[] = [];
    for (let number = 0; number < numbers; number += 2) {
      others.push({ number: X32 + number }, { number: number + 1, compatible: true });
    }
    const ends = await tryCalls(sealed.program, [...forbidden, ...others]);
    const wrong = forbidden.flatMap((call, index) => {
      const expected = ending(interpret(sealed.program, call));
      const text = `${call.number}(${call.arguments?.join()}): ${ends[index]}`;
      const fine = [expected, UNFILTERED.get(call.number)].includes(ends[index]);
      return fine ? [] : [`${text}, not ${expected}`];
    });
    assertEquals(wrong, []);
    const elsewhere = new Set(ends.slice(forbidden.length)).difference(KILLED);
    assertEquals(elsewhere, new Set());
  });
});

hostTest("each rule of a guest's policy forbids something", ["KVM"], async () => {
  const sealed = await show([guest("hello")]);
  const numbers = new Set<number>(
    spoiled(sealed).filter((call) => interpret(sealed.program, call) === KILL_PROCESS)
      .map(({ number }) => number),
  );
  const bound = sealed.systemCalls.filter(({ arguments: rules }) => rules.length > 0);
  assertEquals(
    bound.filter(({ call }) => !numbers.has(SystemCall[call])).map(({ call }) => call),
    [],
  );
});
