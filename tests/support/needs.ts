/**
 * Tests that need something of the host say so in their name, and are skipped
 * where it is missing; with `SOLO5_REQUIRE_KVM=1` they run, and fail.
 *
 * @module
 */

import { closeFile, openFile, readAt } from "../../ffi/files.ts";
import { canOpen } from "./access.ts";
import { canVisit } from "./debian.ts";
import { MEMORY_CGROUP } from "./memory_cgroup.ts";

/** What a test may need. */
export type Need =
  | "a fast host"
  | "KVM"
  | "hardware virtualization"
  | "loop"
  | "memory cgroup"
  | "settable clock"
  | "root"
  | "tun"
  | "script"
  | "gdb"
  | "cc"
  | "setpriv"
  | "user namespaces"
  | "bash"
  | "fish"
  | "man"
  | "mandoc"
  | "zsh"
  | "DENORT_BIN"
  | "dpkg-deb"
  | "lintian"
  | "a Debian"
  | "systemd";

function isProgram(name: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(name, { args, stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch (error) {
    // One that the permissions do not name would be skipped in silence.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function processorFlags(): string {
  const path = "/proc/cpuinfo";
  const bytes = new Uint8Array(4096);
  const descriptor = openFile(path, "read");
  const count = readAt(descriptor, 0, bytes, path);
  closeFile(descriptor);
  return new TextDecoder().decode(bytes.subarray(0, count));
}

const HAS: Readonly<Record<Need, boolean>> = {
  KVM: canOpen("/dev/kvm"),
  root: Deno.uid() === 0,
  tun: canOpen("/dev/net/tun"),
  // Not an emulated one, on which each call takes twenty times as long.
  "a fast host": Deno.env.get("SOLO5_SLOW_HOST") !== "1",
  // Block devices on files.
  loop: canOpen("/dev/loop-control"),
  "memory cgroup": MEMORY_CGROUP !== undefined,
  // A throw-away host: the wall clock is everybody's.
  "settable clock": Deno.env.get("SOLO5_SET_CLOCK") === "1",
  // The program of util-linux that gives another program a terminal.
  script: isProgram("script", "--version"),
  gdb: isProgram("gdb", "--version"),
  cc: isProgram("cc", "--version"),
  // The program of util-linux that takes capabilities away.
  setpriv: isProgram("setpriv", "--version"),
  "user namespaces": isProgram("unshare", "-r", "true"),
  // Shells that complete command lines.
  bash: isProgram("bash", "--version"),
  fish: isProgram("fish", "--version"),
  zsh: isProgram("zsh", "--version"),
  // man-db's, and the stricter reader of its pages, which knows no --version.
  man: isProgram("man", "--version"),
  mandoc: isProgram("mandoc", "/dev/null"),
  // The runtime of compiled programs.
  DENORT_BIN: Deno.env.get("DENORT_BIN") !== undefined,
  "dpkg-deb": isProgram("dpkg-deb", "--version"),
  // These take longer to find out, and few tests want to know.
  get lintian() {
    return isProgram("lintian", "--version");
  },
  // This machine's own, with a layer over it in which packages are installed.
  get "a Debian"() {
    return canVisit(false);
  },
  // The same, started by systemd.
  get systemd() {
    return canVisit(true);
  },
  // A KVM without the processor's help emulates guests: no SSE, other faults.
  "hardware virtualization": /\b(vmx|svm)\b/.test(processorFlags()),
};

const REQUIRED = Deno.env.get("SOLO5_REQUIRE_KVM") === "1";

/** Declares a test that needs something of the host. */
export function hostTest(
  name: string,
  needs: readonly Need[],
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = needs.filter((need) => !HAS[need]);
  const required = REQUIRED && needs.includes("KVM") && !HAS.KVM;
  Deno.test({
    name: needs.length === 0 ? name : `${name} (needs ${needs.join(", ")})`,
    ignore: missing.length > 0 && !required,
    // The tender's children and sockets are closed by the tests themselves.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}
