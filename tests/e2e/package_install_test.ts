/**
 * The Debian package on a Debian: this machine's own system, with a layer over
 * it that is gone afterwards.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { visitDebian } from "../support/debian.ts";
import { withDirectory } from "../support/directory.ts";
import { hostTest, type Need } from "../support/needs.ts";
import { packageOf } from "../support/package.ts";
import { guest } from "../support/tender.ts";

const NEEDS: readonly Need[] = ["KVM", "root", "DENORT_BIN", "dpkg-deb", "a Debian"];

const HELLO = guest("hello");
const GREETING = /^Hello, world\n/;

/** The name of a package's file in `/srv`. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Everything of the package's, and what its scripts made, by name. */
const TRACES = "ls -d /etc/solo5 /etc/alternatives/solo5* /usr/bin/solo5* " +
  "/usr/lib/systemd/system/solo5* /usr/lib/*/*solo5-deno* /usr/share/doc/solo5* " +
  "/usr/share/man/man1/solo5* /var/lib/dpkg/alternatives/solo5* 2>&-";

hostTest(
  "an installed package runs guests, is upgraded, and leaves nothing when it is purged",
  NEEDS,
  async () => {
    const [first, second] = [await packageOf(1), await packageOf(2)];
    const did = await visitDebian({
      files: [first, second, HELLO],
      steps: {
        before: TRACES,
        install: `dpkg -i ${fileName(first)}`,
        group: "getent group kvm",
        verify: "dpkg -V solo5-deno",
        run: "solo5 run hello.hvt",
        hvt: "solo5-hvt hello.hvt",
        elftool: "solo5-elftool query-abi hello.hvt",
        alternative: "update-alternatives --query solo5-hvt",
        unit: "systemd-analyze verify --man=no solo5@web.service",
        conffiles: "dpkg-query -f '${Conffiles}' -W solo5-deno",
        configure: "echo '{}' >/etc/solo5/web.json",
        upgrade: `dpkg -i ${fileName(second)}`,
        version: "dpkg-query -f '${Version}' -W solo5-deno",
        runUpgraded: "solo5-hvt hello.hvt",
        kept: "cat /etc/solo5/web.json",
        remove: "rm /etc/solo5/web.json; dpkg -r solo5-deno",
        removed: TRACES,
        purge: "dpkg -i " + fileName(second) + " && dpkg -P solo5-deno",
        purged: `dpkg -l solo5-deno; ${TRACES}`,
      },
    });
    assertEquals(did.before.text, "");
    assertEquals(did.install.status, 0, did.install.text);
    assertMatch(did.group.text, /^kvm:/);
    assertEquals(did.verify, { status: 0, text: "" });
    for (const { status, text } of [did.run, did.hvt, did.runUpgraded]) {
      assertMatch(text, GREETING);
      assertEquals(status, 0, text);
    }
    assertMatch(did.elftool.text, /"type": "solo5\.abi"/);
    assertMatch(did.alternative.text, /^Status: auto\n.*\nValue: \/usr\/bin\/solo5\n/ms);
    assertEquals(did.unit, { status: 0, text: "" });
    assertEquals(did.conffiles.text, "");
    assertEquals(did.upgrade.status, 0, did.upgrade.text);
    assertMatch(did.version.text, /-2$/);
    assertEquals(did.kept.text, "{}\n");
    assertEquals(did.remove.status, 0, did.remove.text);
    assertEquals(did.removed.text, "");
    assertEquals(did.purge.status, 0, did.purge.text);
    assertMatch(did.purged.text, /^dpkg-query: no packages found matching solo5-deno\n$/);
  },
);

/** A package of somebody else's, with a file in the place of our link. */
async function theirPackage(folder: string): Promise<string> {
  await Deno.mkdir(`${folder}/tree/DEBIAN`, { recursive: true });
  await Deno.mkdir(`${folder}/tree/usr/bin`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/tree/usr/bin/solo5-hvt`,
    "#!/bin/sh\necho theirs\n",
  );
  await Deno.chmod(`${folder}/tree/usr/bin/solo5-hvt`, 0o755);
  await Deno.writeTextFile(
    `${folder}/tree/DEBIAN/control`,
    "Package: solo5\nVersion: 1\nArchitecture: all\n" +
      "Maintainer: Nobody <nobody@example.org>\nDescription: a tender\n",
  );
  const output = `${folder}/solo5_1_all.deb`;
  const { success, stderr } = await new Deno.Command("dpkg-deb", {
    args: ["--build", "--root-owner-group", `${folder}/tree`, output],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return output;
}

hostTest(
  "solo5-hvt is Solo5's own while its package is installed, and ours before and after",
  NEEDS,
  () =>
    withDirectory(async (folder) => {
      const ours = await packageOf(1), theirs = await theirPackage(folder);
      const call = "solo5-hvt hello.hvt";
      const did = await visitDebian({
        files: [ours, theirs, HELLO],
        steps: {
          install: `dpkg -i ${fileName(ours)} && ${call}`,
          theirsSecond: `dpkg -i ${fileName(theirs)} && ${call}`,
          theirsGone: `dpkg -r solo5 >&2 && ${call}`,
          both: `dpkg -i ${fileName(theirs)} && dpkg -r solo5-deno && ${call}`,
          oursSecond: `dpkg -i ${fileName(ours)} && ${call}`,
          verify: "dpkg -V solo5 solo5-deno",
          elftool: "solo5-elftool query-abi hello.hvt",
          chosen: `dpkg-divert --local --rename --divert /usr/bin/solo5-hvt.solo5 \
            --add /usr/bin/solo5-hvt &&
            update-alternatives --install /usr/bin/solo5-hvt solo5-hvt /usr/bin/solo5 20 &&
            ${call} && solo5-hvt.solo5`,
        },
      });
      for (const [name, { status, text }] of Object.entries(did)) {
        assertEquals(status, 0, `${name}: ${text}`);
      }
      for (const name of ["install", "theirsGone"] as const) {
        assertMatch(did[name].text, /^Hello, world$/m, name);
      }
      for (const name of ["theirsSecond", "both", "oursSecond"] as const) {
        assertMatch(did[name].text, /^theirs$/m, name);
      }
      assertEquals(did.verify.text, "");
      assertMatch(did.elftool.text, /"target": "hvt"/);
      assertMatch(did.chosen.text, /^Hello, world\n.*^theirs$/ms);
    }),
);

/** What `/etc/solo5/web.json` needs beside the unit, as docs/operators.md has it. */
const TAP = `[Service]
ExecStartPre=+ip tuntap add web0 mode tap group kvm
ExecStartPre=+ip address add 10.0.0.1/24 dev web0
ExecStartPre=+ip link set web0 up
ExecStopPost=+ip link delete web0
`;

/** A guest with a network and a disk, from the package's example. */
const WEB = `mkdir -p /srv/web /var/lib/solo5/web /etc/systemd/system/solo5@web.service.d
cp demo.hvt /srv/web/web.elf
truncate --size=64K /var/lib/solo5/web/disk.img
cp /usr/share/doc/solo5-deno/examples/web.json /etc/solo5/
cat >/etc/systemd/system/solo5@web.service.d/tap.conf <<'END'
${TAP}END
systemctl daemon-reload`;

/** Waits until a unit's guest has printed something. */
const printed = (unit: string, text: string) =>
  `for i in $(seq 100); do journalctl --unit ${unit} | grep -q ${text} && break; sleep 0.1; done`;

hostTest(
  "the package's unit runs each guest as a user of its own when systemd starts it",
  [...NEEDS, "systemd"],
  async () => {
    const path = await packageOf(1);
    const did = await visitDebian({
      files: [path, HELLO, guest("demo")],
      booted: true,
      steps: {
        install: `dpkg -i ${fileName(path)} && chgrp kvm /dev/kvm && ${WEB}`,
        hello: `echo '{ "image": "/srv/hello.hvt" }' >/etc/solo5/hello.json
          systemctl start solo5@hello && ${printed("solo5@hello", "Hello")}
          journalctl --output=cat --unit solo5@hello _COMM=solo5`,
        ended: "systemctl show --property=Result,ExecMainStatus solo5@hello",
        web: `systemctl start solo5@web && ${printed("solo5@web", "answering")}
          systemctl show --value --property=ActiveState solo5@web
          ps -o user:32= -o args= -p $(systemctl show --value -p MainPID solo5@web)`,
        state: "stat --format=%a:%U /var/lib/private/solo5/web",
        disk: "od -An -tx1 -N1 /var/lib/solo5/web/disk.img",
        seen: "SOLO5_RUNTIME_DIR=/run/solo5/web solo5 ps",
        stop:
          "systemctl stop solo5@web; systemctl show --property=Result,ActiveState solo5@web",
        missing: `systemctl start solo5@none && ${printed("solo5@none", "ENOENT")}
          journalctl --output=cat --unit solo5@none _COMM=solo5; systemctl stop solo5@none`,
        other: "systemctl start solo5@two.words",
      },
    });
    assertEquals(did.install.status, 0, did.install.text);
    assertMatch(did.hello.text, GREETING);
    assertEquals(did.ended.text.split("\n").toSorted(), [
      "",
      "ExecMainStatus=0",
      "Result=success",
    ]);
    assertMatch(
      did.web.text,
      /^active\nsolo5-web +\/usr\/bin\/solo5 run --config=\/etc\/solo5\/web\.json$/m,
    );
    assertEquals(did.state.text, "700:solo5-web\n");
    assertEquals(did.disk.text, " 01\n");
    assertMatch(did.seen.text, /^NAME .*\n[0-9]+ .*web\.elf/);
    assertEquals(did.stop.text.split("\n").toSorted(), [
      "",
      "ActiveState=inactive",
      "Result=success",
    ]);
    assertMatch(did.missing.text, /^solo5: \/etc\/solo5\/none\.json: open: ENOENT /);
    // A name that no user can have: refused, and not run as another user.
    assertEquals(did.other.status, 1, did.other.text);
  },
);
