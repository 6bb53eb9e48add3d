/**
 * `deno task demo`: makes a network of its own, boots the demo guest with a
 * network and a block device, talks to it, and boots it again.
 *
 * @module
 */
import { Errno, SystemCallError } from "../ffi/errno.ts";
import { closeFile, openFile } from "../ffi/files.ts";
import { bind, openImageFile, readImage } from "../mod.ts";
import { Echo } from "./demo/echo.ts";
import { ROOT, tenderCommand, tenderEnvironment } from "../tests/support/checkout.ts";
import { enterOwnNetwork, makeTap } from "../tests/support/network.ts";

const GUESTS = `${ROOT}tests/guests/built`;
const TAP = "tap0", HOST = "10.0.0.1", GUEST = "10.0.0.2";
const INSIDE = "--inside-user-namespace";

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Says what is missing and how to get it; null where nothing is. */
function missingDevice(path: string, absent: string, denied: string): string | null {
  try {
    closeFile(openFile(path, "read-write"));
    return null;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    const isDenied = error.errno === Errno.EACCES || error.errno === Errno.EPERM;
    return `${error.message}; ${isDenied ? denied : absent}`;
  }
}

/** A guest that was started, and what it writes, line by line. */
interface Started {
  readonly child: Deno.ChildProcess;
  readonly lines: AsyncGenerator<string, void>;
}

/** Runs the checkout's `solo5` with this very Deno. */
function startGuest(args: string[]): Started {
  say(`\n$ solo5 run ${args.map((arg) => arg.replace(ROOT, "")).join(" ")}`);
  const child = new Deno.Command(tenderCommand()[0]!, {
    args: ["run", ...args],
    stdin: "null",
    stdout: "piped",
    env: tenderEnvironment(),
  }).spawn();
  return { child, lines: linesOf(child.stdout) };
}

async function* linesOf(stream: ReadableStream<BufferSource>) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Shows lines, up to and including one that has the words, or to the end. */
async function show({ lines }: Started, words?: string): Promise<void> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) return;
    say(`  ${value}`);
    if (words !== undefined && value.includes(words)) return;
  }
}

/** Shows the rest, and returns the exit status. */
async function finish(guest: Started): Promise<number> {
  await show(guest);
  const { code } = await guest.child.status;
  say(`  exit status ${code}`);
  return code;
}

/** Boots the demo guest, talks to it, and has it end. */
async function bootAndTalk(disk: string): Promise<boolean> {
  const guest = startGuest([
    `${GUESTS}/demo.hvt`,
    `--net:service=${TAP}`,
    `--block:storage=${disk}`,
    "--mem=16",
    "--",
    GUEST,
  ]);
  await show(guest, "answering");
  const echo = new Echo(GUEST);
  const answered = [
    ...echo.ping(5).map((ms) => ["ping", ms] as const),
    ...echo.udp(3).map((ms) => ["UDP echo", ms] as const),
  ];
  for (const [what, ms] of answered) {
    say(`  ${what}: ${ms === undefined ? "no answer" : `${ms.toFixed(3)} ms`}`);
  }
  echo.quit();
  const status = await finish(guest);
  return status === 0 && answered.every(([, ms]) => ms !== undefined);
}

/** What can be shown without a network. */
async function bootWithout(): Promise<void> {
  await finish(startGuest(["--mem=16", `${GUESTS}/hello.hvt`, "demo"]));
}

/** What can be shown without KVM. */
function showManifest(): void {
  const image = readImage(openImageFile(`${GUESTS}/demo.hvt`));
  const devices = image.manifest.devices.map(({ name, type }) => `${name} (${type})`);
  say(`\ndemo.hvt: ABI version ${image.abi.version}, declares ${devices.join(", ")}`);
  try {
    bind(image, {});
  } catch (error) {
    say(`without flags it would be refused: ${(error as Error).message}`);
  }
  image.source.close();
}

/** Starts this program again as root of a user namespace with its own network. */
async function restartInNamespace(): Promise<number> {
  const self = [
    "run",
    "--quiet",
    "--no-prompt",
    "-P=demo",
    import.meta.filename!,
    INSIDE,
  ];
  const child = new Deno.Command("unshare", {
    args: ["--user", "--map-root-user", "--net", Deno.execPath(), ...self],
    cwd: ROOT,
  }).spawn();
  return (await child.status).code;
}

async function main(): Promise<number> {
  const inside = Deno.args.includes(INSIDE);
  const noKvm = missingDevice(
    "/dev/kvm",
    "a guest needs a host with KVM: load the kernel's module kvm_intel or kvm_amd",
    "become a member of the group kvm (usermod -aG kvm USER), or run the demo as root",
  );
  if (noKvm) {
    say(`demo: ${noKvm}`);
    showManifest();
    return 1;
  }
  let noNetwork = missingDevice(
    "/dev/net/tun",
    "load the kernel's module: modprobe tun",
    "run the demo as root, or let this user open it",
  );
  if (!noNetwork && Deno.uid() !== 0) {
    const allowed = await canUnshare();
    if (allowed) return await restartInNamespace();
    noNetwork =
      "this user may not make a network namespace; run the demo as root to see the network part";
  }
  if (!noNetwork) {
    try {
      if (!inside) enterOwnNetwork();
      makeTap(TAP, { address: HOST });
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      noNetwork =
        `${error.message}; run the demo as root of a host that allows network namespaces`;
    }
  }
  if (noNetwork) {
    say(`demo: ${noNetwork}`);
    await bootWithout();
    return 1;
  }
  const directory = await Deno.makeTempDir();
  try {
    const disk = `${directory}/disk.img`;
    await Deno.writeFile(disk, new Uint8Array(64 * 1024));
    say(`A network namespace with ${TAP} (${HOST}), and a disk of 64 KiB.`);
    const first = await bootAndTalk(disk);
    say("\nThe same once more: the disk has kept its count.");
    const second = await bootAndTalk(disk);
    say(`
On a tap of your own (as root, or with your user behind "mode tap user"):
  ip tuntap add tap0 mode tap && ip addr add ${HOST}/24 dev tap0 && ip link set tap0 up
  truncate --size=64K disk.img
  scripts/solo5 run tests/guests/built/demo.hvt --net:service=tap0 --block:storage=disk.img -- ${GUEST}
  ping ${GUEST}`);
    return first && second ? 0 : 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function canUnshare(): Promise<boolean> {
  try {
    const args = ["--user", "--map-root-user", "--net", "true"];
    return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

Deno.exit(await main());
