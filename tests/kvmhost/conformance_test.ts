/**
 * Solo5's own tests on a host whose KVM has the processor's help, emulated.
 * That host needs a minute for the others, but half an hour for the floods of
 * requests, so this test has to be asked for: with `SOLO5_SOURCE`.
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

const SOURCE = Deno.env.get("SOLO5_SOURCE");

/** What a run of the suite needs of a Solo5 checkout that was built. */
const PARTS = ["Makeconf.sh", "tenders", "elftool", "tests"];

Deno.test({
  name: "Solo5's tests pass as with its tender on an emulated host " +
    "(needs KVMHOST, SOLO5_SOURCE)",
  ignore: KVMHOST === undefined || SOURCE === undefined,
  async fn() {
    const directory = await copyOfCheckout();
    for (const part of PARTS) {
      await copy(`${SOURCE}/${part}`, `${directory}/solo5/${part}`);
    }
    const { code, report } = await runOnEmulatedHost({
      directory,
      programs: [
        `${SOURCE}/tenders/hvt/solo5-hvt`,
        `${SOURCE}/elftool/solo5-elftool`,
        "/usr/bin/ping",
      ],
      // Solo5's tender reserves the 4 GiB that it gives the guest.
      memoryMebibytes: 6144,
      limitSeconds: 7200,
      script:
        "deno run --quiet --no-prompt -P=conformance scripts/conformance.ts --solo5=solo5 --driver=own --limit=3000",
    });
    assertEquals(code, 0, report);
    // What the suite skips on Linux, and nothing for want of KVM, root or ping.
    const skipped = report.match(/^.* hvt +skip.*$/gm) ?? [];
    assertEquals(
      skipped.filter((line) => !line.endsWith("not supported on Linux")),
      [],
      report,
    );
    assertMatch(report, /^25 of 29 tests pass .* with ours all of these$/m, report);
    await Deno.remove(directory, { recursive: true });
  },
});
