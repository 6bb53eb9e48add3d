/**
 * The unit file of docs/operators.md, run as systemd runs it: commands with `+`
 * as root, the rest as a user of its own without capabilities, on a read-only
 * file system, with what `OpenFile=` opens.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AccessMode } from "../../ffi/linux/fcntl.ts";
import { Echo } from "../../scripts/demo/echo.ts";
import { ROOT } from "../support/checkout.ts";
import { openInheritably, passing } from "../support/descriptors.ts";
import { withDisk } from "../support/disk.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork } from "../support/network.ts";
import { start } from "../support/tender.ts";
import { KVM_GROUP, openArea, unprivileged } from "../support/unprivileged.ts";

/** A number for the passed descriptor that nobody else uses. */
const DISK = 98;
const PROGRAM = "/opt/solo5/scripts/solo5";
/** The specifiers that the unit uses (man 5 systemd.unit), for `web.service`. */
const SPECIFIERS: Readonly<Record<string, string>> = { p: "web", C: "/var/cache" };

/** The settings of the document's first unit, each with its values. */
async function documentedUnit(): Promise<(name: string) => string[]> {
  const text = await Deno.readTextFile(`${ROOT}docs/operators.md`);
  const [, unit] = /```ini\n([^`]*\[Unit\][^`]*)```/.exec(text) ?? [];
  assert(unit !== undefined);
  const settings = unit.replace(/\\\n/g, " ")
    .replace(/%(.)/g, (_, letter: string) => SPECIFIERS[letter] ?? `unknown %${letter}`)
    .matchAll(/^(\w+)=(.*)$/gm);
  const all = [...settings].map(([, name, value]) => ({ name, value: value! }));
  return (name) => all.filter((each) => each.name === name).map(({ value }) => value);
}

/** Runs a command that has systemd's sign for all privileges before it. */
async function runPrivileged(command: string): Promise<void> {
  assertMatch(command, /^\+ip /);
  const [program, ...args] = command.slice(1).split(" ")
    .map((word) => word === "kvm" ? String(KVM_GROUP) : word);
  const { success, stderr } = await new Deno.Command(program!, { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}

hostTest(
  "the documented unit runs a guest",
  ["KVM", "root", "tun"],
  () =>
    withDisk(4096, async (path) => {
      const unit = await documentedUnit();
      assertEquals(unit("DynamicUser"), ["yes"]);
      assertEquals(unit("CapabilityBoundingSet"), [""]);
      assertEquals(unit("SupplementaryGroups"), ["kvm"]);
      const [, name] = /^\/srv\/web\/disk\.img:(\w+)$/.exec(unit("OpenFile")[0]!)!;
      const [variable, cache] = unit("Environment")[0]!.split("=");
      const [program, ...words] = unit("ExecStart")[0]!.split(/\s+/);
      assertEquals(program, PROGRAM);

      enterOwnNetwork();
      for (const command of unit("ExecStartPre")) await runPrivileged(command);
      const area = await openArea();
      const args = words.map((word) =>
        word.replace("/srv/web/web.elf", `${area}demo.hvt`)
      );
      await Deno.chmod(path, 0o600);
      const options = await unprivileged({
        readOnly: true,
        variables: { [variable!]: cache! },
        listen: [[name!, DISK]],
      });
      const running = await passing(
        openInheritably(path, AccessMode.RDWR),
        DISK,
        () => Promise.resolve(start(args, options)),
      );
      await running.sees("answering");
      assertEquals(new Echo(args.at(-1)!).udp(2).includes(undefined), false);
      running.child.kill(unit("KillSignal")[0] as Deno.Signal);
      const ended = await running.end();
      assertMatch(ended.stdout, /^demo: boot number 1 of this disk\n/);
      // systemd takes the end by this signal for a clean one.
      assertEquals([ended.stderr, ended.signal], ["", "SIGHUP"]);
      assertEquals((await Deno.readFile(path))[0], 1);
      for (const command of unit("ExecStopPost")) await runPrivileged(command);
    }),
);
