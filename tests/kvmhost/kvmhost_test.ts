/**
 * The same end-to-end tests on a host whose KVM has the processor's help,
 * emulated (`KVMHOST` names the program that boots one).
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import {
  copy,
  copyOfCheckout,
  KVMHOST,
  runOnEmulatedHost,
} from "../support/emulated_host.ts";
import { guest } from "../support/tender.ts";

/** What that host lacks, as tests name their needs: util-linux, a compiler, speed. */
const MISSING_THERE =
  /\(needs .*(script|gdb|cc|setpriv|user namespaces|DENORT_BIN|loop|a fast host)/;

/** Tests of the host's side, of the command line and of readers: KVM is all the same to them. */
const ALIKE_THERE = [
  ...["block", "build", "build_refused", "check", "check_host", "check_net"],
  ...["check_passed", "check_traces", "clients", "config", "conformance", "console"],
  ...["documents", "dumpcore_failures", "dumpcore_user", "elftool", "figures"],
  ...["gdb_connection", "help", "hvt", "inspect", "killed", "manifest", "modules"],
  ...["other_systems", "package", "package_install", "passed", "program", "rate"],
  ...["report", "rootless", "sandbox_layers", "sandbox_strict", "standalone"],
  ...["survival", "survival_disk", "sync", "systemd"],
].map((name) => `tests/e2e/${name}_test.ts`).concat(
  ["block_attacks", "captured", "fuzz", "gdb_packets", "hypercall_ranges", "images"]
    .concat(["figures", "module_rules", "query", "sealed_paths", "system_calls"])
    .map((name) => `tests/hostile/${name}_test.ts`),
).join();

/** What the e2e tests need of the project, with the guests built. */
async function project(): Promise<string> {
  const directory = await copyOfCheckout();
  const guests = guest("hello").replace(/\/[^/]*$/, "");
  await copy(guests, `${directory}/built`);
  return directory;
}

Deno.test({
  name: "the e2e tests pass on an emulated host with a true KVM (needs KVMHOST)",
  ignore: KVMHOST === undefined,
  async fn() {
    const directory = await project();
    const script =
      `export NO_COLOR=1 SOLO5_GUESTS=$PWD/built/ SOLO5_REQUIRE_KVM=1 SOLO5_SIGNALS=12 SOLO5_SLOW_HOST=1 SOLO5_SET_CLOCK=1
mount -t cgroup2 none /sys/fs/cgroup
deno test --no-check --quiet --no-prompt -P=test --ignore=tests/unit,tests/kvmhost,${ALIKE_THERE} tests`;
    const { code, report } = await runOnEmulatedHost({
      directory,
      programs: ["/usr/sbin/ip"],
      limitSeconds: 1200,
      script,
    });
    assertMatch(
      report,
      /^ok \| [1-9][0-9]+ passed (\(\d+ steps?\) )?\| 0 failed/m,
      report,
    );
    assertEquals(code, 0);
    const skipped = report.match(/^.* \.\.\. ignored /gm) ?? [];
    assertEquals(skipped.filter((line) => !MISSING_THERE.test(line)), []);
    await Deno.remove(directory, { recursive: true });
  },
});
