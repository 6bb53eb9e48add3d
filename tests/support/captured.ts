/**
 * A tender that was taken over: it builds a guest and seals itself as `solo5 run`
 * does, and then tries something instead of running the guest. On standard error it
 * says what came of it: `sealed`, and then `refused …` or `done …`.
 *
 * @module
 */
import { lastErrno, openErrno } from "../../ffi/errno.ts";
import { symbolGroup } from "../../ffi/libc.ts";
import { bind } from "../../src/binding/bindings.ts";
import { parseRunArguments } from "../../src/binding/flags.ts";
import { readImage } from "../../src/image/image.ts";
import { openImageFile } from "../../src/machine/image_file.ts";
import { build } from "../../src/machine/machine.ts";

/** A call's argument: a number, `memory`, or a part of a descriptor's name. */
export type Given = number | "memory" | `fd ${string}`;

/** What is tried: a system call by its number and arguments, or Deno's own. */
export type Attempt =
  | { readonly number: number; readonly given: readonly Given[] }
  | { readonly deno: keyof typeof DENO };

/** The task: what the guest is run with, and what is tried. */
export interface Captured {
  readonly flags: readonly string[];
  readonly attempt: Attempt;
}

const libc = symbolGroup("captured tender", {
  syscall: {
    parameters: ["i64", "usize", "usize", "usize", "usize", "usize", "usize"],
    result: "i64",
  },
});

/** Bytes that calls read and write; zeros. */
const memory = new Uint8Array(65536);
const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));

/** What Deno itself offers a program. */
const DENO = {
  "reads a file": () => Deno.readFileSync("/etc/passwd").length,
  "opens a file": () => Deno.openSync("/etc/passwd").isTerminal(),
  "writes a file": () => Deno.writeFileSync("/tmp/captured", memory),
  "reads standard input": () => Deno.stdin.readSync(memory),
  "lists a folder": () => [...Deno.readDirSync("/")].length,
  "starts a program": () => new Deno.Command("true").outputSync().code,
  "sends a signal": () => Deno.kill(1, "SIGTERM"),
  "connects": () => Deno.connect({ port: 1 }),
  "fetches": () => fetch("http://127.0.0.1/"),
  "opens a library": () => Deno.dlopen("libc.so.6", { system: SYSTEM }).symbols.system(),
  "looks into memory": () =>
    new Deno.UnsafePointerView(Deno.UnsafePointer.create(address)!).getUint8(),
  "imports a module": () => import("../../src/cli/help.ts"),
  "starts a thread": () => new Worker(THREAD, { type: "module" }),
  "reads its environment": () => Deno.env.get("PATH"),
  "asks for a permission": () => Deno.permissions.requestSync({ name: "read" }).state,
} satisfies Record<string, () => unknown>;

const THREAD = new URL("./endless_thread.ts", import.meta.url);

const SYSTEM = { parameters: [], result: "i32" } as const;

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

function tryDeno(name: keyof typeof DENO): string {
  const result: unknown = DENO[name]();
  if (result === "prompt" || result === "denied") return `refused ${result}`;
  // Nothing comes of a promise that is never waited for; what it waits for may.
  return result instanceof Promise ? "pending" : `done ${result}`;
}

if (import.meta.main) {
  const { flags, attempt } = JSON.parse(Deno.args[0]!) as Captured;
  const { image, request } = parseRunArguments(flags);
  const machine = await build(bind(readImage(openImageFile(image!)), request));
  const { syscall } = libc();
  openErrno();
  const { seal } = machine.seal({ level: "best-effort" });
  const numberOf = (given: Given): bigint => {
    if (given === "memory") return BigInt(address);
    if (typeof given === "number") return BigInt.asUintN(64, BigInt(given));
    const name = given.slice(3);
    const kept = seal!.policy.descriptors.find((each) => each.name.includes(name));
    return BigInt(kept!.descriptor);
  };
  const numbers = "deno" in attempt ? [] : attempt.given.map(numberOf);
  say("sealed");
  try {
    if ("deno" in attempt) {
      const outcome = tryDeno(attempt.deno);
      // The event loop goes round, and gives up when nobody answers.
      if (outcome === "pending") await new Promise((resolve) => setTimeout(resolve, 200));
      say(outcome);
    } else {
      const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = numbers;
      const result = syscall(BigInt(attempt.number), a, b, c, d, e, f);
      say(result < 0 ? `refused errno ${lastErrno()}` : `done ${result}`);
    }
  } catch (error) {
    say(`refused ${error instanceof Error ? error.name : error}`);
  }
  Deno.exit(0);
}
