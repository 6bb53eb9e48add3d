/**
 * Where a debugger connects, who can, and how it ends.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { closeFile, openFile, readAt } from "../../ffi/files.ts";
import { listenOnLoopback } from "../../ffi/sockets.ts";
import {
  attach,
  callTender,
  Debugger,
  portAddress,
  startDebugged,
} from "../support/debugger.ts";
import { onlyCore, withCoreDirectory } from "../support/core_dumps.ts";
import { readCore } from "../support/core_reader.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork } from "../support/network.ts";
import { symbolsOf } from "../support/symbols.ts";
import { guest, start, tender } from "../support/tender.ts";

/** The ports that this network namespace listens on: `127.0.0.1:1234`. */
function listening(): string[] {
  const found: string[] = [];
  for (const file of ["tcp", "tcp6"]) {
    const path = `/proc/thread-self/net/${file}`;
    const bytes = new Uint8Array(65536);
    const descriptor = openFile(path, "read");
    const count = readAt(descriptor, 0, bytes, path);
    closeFile(descriptor);
    const text = new TextDecoder().decode(bytes.subarray(0, count));
    for (
      const [, address, port] of text.matchAll(/: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /g)
    ) {
      const bytes = Uint8Array.fromHex(address!).reverse();
      found.push(`${bytes.length === 4 ? bytes.join(".") : file}:${parseInt(port!, 16)}`);
    }
  }
  return found;
}

hostTest("a port of the loopback interface alone is listened on", [
  "KVM",
  "root",
], async () => {
  enterOwnNetwork();
  assertEquals(listening(), []);
  const running = start(["run", "--mem=4", "--gdb=0", guest("debug")]);
  const said = await running.hears("target remote");
  const port = Number(/remote localhost:([0-9]+)" \S*debug\.hvt$/m.exec(said)![1]);
  assertEquals(listening(), [`127.0.0.1:${port}`]);
  const gdb = new Debugger(portAddress(port));
  assertMatch(gdb.ask("?")!, /^T05/);
  assertEquals(listening(), []);
  assertThrows(() => new Debugger(portAddress(port)), Error, "connect");
  assertEquals(gdb.ask("c"), "W2a");
  const ended = await running.end();
  assertMatch(ended.stderr, /^solo5: Connection from debugger at 127\.0\.0\.1$/m);
  assertEquals(ended.status, 42);
});

hostTest("a socket is its owner's, and gone when the debugger is there", [
  "KVM",
], async () => {
  const { running, address, path } = await startDebugged([guest("debug")]);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  const gdb = new Debugger(address);
  assertMatch(gdb.ask("?")!, /^T05/);
  assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  assertEquals(gdb.ask("c"), "W2a");
  assertEquals((await running.end()).status, 42);
});

hostTest("a socket is gone when the tender ends without a debugger", [
  "KVM",
], async () => {
  const { running, path } = await startDebugged([guest("debug")]);
  assertEquals(Deno.statSync(path).isFile, false);
  running.child.kill("SIGTERM");
  // This includes that the socket's directory is empty.
  const ended = await running.end();
  assertMatch(ended.stderr, /^solo5: Exiting on signal 15$/m);
  assertEquals([ended.status, ended.stdout], [1, ""]);
});

hostTest("what is no debugger is turned away, and waiting goes on", [
  "KVM",
], async () => {
  const { running, address } = await startDebugged([guest("debug")]);
  const browser = callTender(address);
  browser.send(new TextEncoder().encode("POST / HTTP/1.1\r\n\r\n$vKill;1#6e"));
  assertEquals(browser.receive(() => true)?.length ?? 0, 0);
  browser.close();
  callTender(address).close();
  const gdb = new Debugger(address);
  assertEquals(gdb.ask("c"), "W2a");
  assertEquals((await running.end()).status, 42);
});

hostTest("where a debugger cannot connect, nothing runs", ["KVM"], async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/file`, "kept");
  const taken = listenOnLoopback(0);
  const rows: readonly (readonly [value: string, sentence: string])[] = [
    [`${taken.port}`, "bind: EADDRINUSE (address in use); end the process that uses it"],
    [`${directory}/file`, "bind: EADDRINUSE (address in use); remove what is there"],
    [`${directory}/no/where`, "bind: ENOENT (no such file or directory); give a path in"],
    [`/${"x".repeat(107)}`, "bind: ENAMETOOLONG (name too long); give a path of at most"],
  ];
  for (const [value, sentence] of rows) {
    const ended = await tender(["run", "--mem=4", `--gdb=${value}`, guest("debug")]);
    assert(
      ended.stderr.startsWith(`solo5: --gdb=${value}: ${sentence}`),
      ended.stderr,
    );
    assertEquals(ended.stderr.split("\n").length, 2);
    assertEquals([ended.status, ended.stdout], [1, ""]);
  }
  assertEquals(await Deno.readTextFile(`${directory}/file`), "kept");
  const args = ["--mem=4", "--gdb", `--gdb-port=${taken.port}`, guest("debug")];
  const ended = await tender(args, { as: "solo5-hvt-debug" });
  assertMatch(ended.stderr, /^solo5-hvt-debug: bind failed: Address already in use; /);
  assertEquals([ended.status, ended.stdout], [1, ""]);
  taken.close();
  await Deno.remove(directory, { recursive: true });
});

hostTest("solo5-hvt-debug --gdb waits at the port of --gdb-port", [
  "KVM",
  "root",
], async () => {
  enterOwnNetwork();
  const free = listenOnLoopback(0);
  free.close();
  const args = ["--mem=4", "--gdb", `--gdb-port=${free.port}`, guest("debug")];
  const running = start(args, { as: "solo5-hvt-debug" });
  const said = await running.hears("target remote");
  assertEquals(said.split("\n").slice(0, 2), [
    "solo5-hvt-debug: Waiting for a debugger. Connect to it like this:",
    `solo5-hvt-debug: \tgdb --ex="target remote localhost:${free.port}" ${
      guest("debug")
    }`,
  ]);
  const gdb = new Debugger(portAddress(free.port));
  assertEquals(gdb.ask("c"), "W2a");
  assertEquals((await running.end()).status, 42);
});

hostTest("SIGTERM ends a guest that stands still", ["KVM"], async () => {
  const { debugger: gdb, running } = await attach([guest("debug")]);
  assertMatch(gdb.ask("s")!, /^T05/);
  running.child.kill("SIGTERM");
  assertEquals(gdb.receive(), "X0f");
  const ended = await running.end();
  assertMatch(ended.stderr, /^solo5: Exiting on signal 15$/m);
  assertEquals([ended.status, ended.stdout], [1, ""]);
});

/** What a guest does, and the signal that gdb shows for it. */
const FAULTS: Readonly<Record<string, string>> = {
  "write-text": "0b",
  "triple": "0b",
  "port": "0c",
  "hlt": "04",
  "data-past-end": "0c",
};

for (const [fault, signal] of Object.entries(FAULTS)) {
  hostTest(`a guest that does "${fault}" is looked at before it ends`, [
    "KVM",
  ], async () => {
    const args = ["run", "--mem=4", guest("fault"), fault];
    const plain = await tender(args);
    const { debugger: gdb, running } = await attach([guest("fault"), fault]);
    const words = new TextDecoder().decode(Uint8Array.fromHex(gdb.ask("c")!.slice(1)));
    assertEquals(`solo5: ${words}`, plain.stderr);
    assertEquals(gdb.receive(), `T${signal}thread:1;`);
    assertEquals(gdb.ask("m100000,4")!.length, 8);
    assertEquals(gdb.ask("g")!.length, 2 * (276 + 260 + 16));
    assertEquals(gdb.ask("s"), `X${signal}`);
    const ended = await running.end();
    assert(ended.stderr.endsWith(plain.stderr), ended.stderr);
    assertEquals([ended.status, ended.stdout], [plain.status, plain.stdout]);
  });
}

hostTest(
  "a core has nothing of the debugger in it",
  ["KVM"],
  () =>
    withCoreDirectory(async (cores) => {
      const dump = `--dumpcore=${cores}`;
      const { debugger: gdb, running } = await attach([dump, guest("debug"), "loop"]);
      const add = symbolsOf(guest("debug")).get("add")!;
      const code = gdb.ask(`m${add.toString(16)},8`)!;
      assertEquals(gdb.ask(`Z0,${add.toString(16)},1`), "OK");
      gdb.send("c");
      await running.sees("looping");
      running.child.kill("SIGQUIT");
      assertEquals(gdb.receive(), "X03");
      assertEquals((await running.end()).status, 1);
      assertEquals(readCore(onlyCore(cores)).memory(add, 8).toHex(), code);
    }),
);
