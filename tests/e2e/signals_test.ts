/**
 * SIGINT and SIGTERM end a guest whatever it is doing, each time.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { closeFile, openFile, readAt } from "../../ffi/files.ts";
import { kill } from "../support/kill.ts";
import { hostTest } from "../support/needs.ts";
import { tenderCommand, tenderEnvironment } from "../support/checkout.ts";
import { guest, start } from "../support/tender.ts";

const NUMBER = { SIGINT: 2, SIGTERM: 15 } as const;

/** Signals in all: two hundred, fewer where each start takes seconds. */
const SIGNALS = Number(Deno.env.get("SOLO5_SIGNALS") ?? "201");

/** Pseudo-random delays, the same in every run. */
function* delays(count: number, mostMs: number): Generator<number> {
  for (let index = 0, state = 1; index < count; index++) {
    state = state * 48271 % 2147483647;
    yield state % (mostMs * 100) / 100;
  }
}

const GUESTS = {
  "loops": [guest("spin"), "loop", "spinning"],
  "makes hypercalls": [guest("spin"), "calls", "spinning"],
  "sleeps in poll": [guest("poll"), "forever", "sleeping"],
} as const;

async function signalOnce(
  [image, argument, line]: readonly [string, string, string],
  signal: keyof typeof NUMBER,
  delayMs: number,
): Promise<void> {
  const running = start(["run", "--mem=2", image, argument]);
  await running.sees(line);
  if (delayMs >= 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  running.child.kill(signal);
  const ended = await running.end();
  assertEquals(ended.stderr, `solo5: Exiting on signal ${NUMBER[signal]}\n`);
  assertEquals([ended.status, ended.signal], [1, null]);
}

/** The only child of a process that has one thread (man 5 proc). */
function onlyChild(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/children`;
  const bytes = new Uint8Array(64);
  const descriptor = openFile(path, "read");
  const count = readAt(descriptor, 0, bytes, path);
  closeFile(descriptor);
  return Number(new TextDecoder().decode(bytes.subarray(0, count)));
}

for (const [what, details] of Object.entries(GUESTS)) {
  hostTest(`signals at random moments end a guest that ${what}`, ["KVM"], async () => {
    let index = 0;
    for (const delay of delays(SIGNALS / 3, 8)) {
      const signal = index++ % 2 === 0 ? "SIGTERM" : "SIGINT";
      await signalOnce(details, signal, delay);
    }
    assertEquals(index, Math.ceil(SIGNALS / 3));
  });

  hostTest(`SIGTERM to a stopped guest that ${what} counts`, ["KVM"], async () => {
    for (let round = 0; round < 8; round++) {
      const running = start(["run", "--mem=2", details[0], details[1]]);
      await running.sees(details[2]);
      for (const signal of ["SIGSTOP", "SIGTERM", "SIGCONT"] as const) {
        running.child.kill(signal);
      }
      const ended = await running.end();
      assertEquals(ended.stderr, "solo5: Exiting on signal 15\n");
      assertEquals([ended.status, ended.signal], [1, null]);
    }
  });

  hostTest(`a guest that ${what} survives being stopped`, ["KVM"], async () => {
    const running = start(["run", "--mem=2", details[0], details[1]]);
    await running.sees(details[2]);
    for (let round = 0; round < 20; round++) {
      running.child.kill("SIGSTOP");
      running.child.kill("SIGCONT");
    }
    running.child.kill("SIGTERM");
    assertEquals((await running.end()).status, 1);
  });
}

hostTest("a sleep is as long as asked for when it is interrupted", ["KVM"], async () => {
  const running = start(["run", "--mem=2", guest("poll"), "sleep", "700"]);
  for (let round = 0; round < 10; round++) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    running.child.kill("SIGSTOP");
    running.child.kill("SIGCONT");
  }
  const ended = await running.end();
  const [wall] = ended.stdout.split(" ").map(Number);
  assert(wall! >= 699, ended.stdout + ended.stderr);
  assertEquals(ended.status, 0);
});

hostTest("a signal ends a guest in the middle of a long write", ["KVM"], async () => {
  const directory = await Deno.makeTempDir();
  const file = (name: string) => `${directory}/${name}`;
  // Somebody reads a little of the guest's 64 MiB at a time.
  const reader = `{ head -c 100000; touch ${file("started")}; for i in $(seq 99); do ` +
    "head -c 4096; sleep 0.02; done; } >/dev/null";
  const writer = `sh -c 'echo $$ >${file("pid")}; exec "$@"' sh "$@" 2>${file("err")}`;
  const running = start(["run", "--mem=128", guest("puts"), "huge"], {
    shell: `{ ${writer}; echo $? >${file("status")}; } | ${reader}`,
  });
  while (![...Deno.readDirSync(directory)].some(({ name }) => name === "started")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const read = (name: string) => Deno.readTextFile(file(name));
  kill(Number(await read("pid")), "SIGTERM");
  await running.end();
  assertEquals(await read("err"), "solo5: Exiting on signal 15\n");
  assertEquals(await read("status"), "1\n");
  await Deno.remove(directory, { recursive: true });
});

hostTest(
  "signals that the parent ignored end a guest all the same",
  ["KVM"],
  async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const shell = 'trap "" INT TERM; exec "$@"';
      const running = start(["run", "--mem=2", guest("poll"), "forever"], { shell });
      await running.sees("sleeping");
      running.child.kill(signal);
      const ended = await running.end();
      assertEquals(ended.stderr, `solo5: Exiting on signal ${NUMBER[signal]}\n`);
      assertEquals(ended.status, 1);
    }
  },
);

hostTest("SIGTERM ends a guest whose tender has one processor", ["KVM"], async () => {
  const shell = 'exec taskset -c 0 "$@"';
  const running = start(["run", "--mem=2", guest("spin"), "loop"], { shell });
  await running.sees("spinning");
  running.child.kill("SIGTERM");
  assertEquals((await running.end()).status, 1);
});

hostTest("SIGTERM ends a guest whose tender is process 1", ["KVM", "root"], async () => {
  const running = start(["run", "--mem=2", guest("spin"), "loop"], {
    shell: 'exec unshare -p -f "$@"',
  });
  await running.sees("spinning");
  kill(onlyChild(running.child.pid), "SIGTERM");
  const ended = await running.end();
  assertEquals(ended.stderr, "solo5: Exiting on signal 15\n");
  assertEquals(ended.status, 1);
});

hostTest(
  "Ctrl-C ends a guest and leaves the terminal as it was",
  ["KVM", "script"],
  async () => {
    const directory = await Deno.makeTempDir();
    const run = tenderCommand().concat("run", "--mem=2", guest("spin"), "loop");
    const quoted = run.map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(
      `${directory}/session`,
      `trap : INT; export PATH='${tenderEnvironment().PATH}'
stty -a >${directory}/before
${quoted} >${directory}/out 2>${directory}/err
echo $? >${directory}/status
stty -a >${directory}/after
`,
    );
    // What is typed reaches the terminal's foreground process as SIGINT.
    const typed =
      `until grep -qs spinning ${directory}/out; do sleep 0.1; done; printf "\\003"; sleep 2`;
    await new Deno.Command("sh", {
      args: ["-c", `{ ${typed}; } | script -qec "sh ${directory}/session" /dev/null`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    const read = (name: string) => Deno.readTextFile(`${directory}/${name}`);
    assertEquals(await read("err"), "solo5: Exiting on signal 2\n");
    assertEquals(await read("status"), "1\n");
    assertEquals(await read("after"), await read("before"));
    await Deno.remove(directory, { recursive: true });
  },
);
