/**
 * The unit files of docs/operators.md, run as systemd runs it: commands with `+`
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
const SPECIFIERS: Readonly<Record<string, string>> = {
  p: "web",
  i: "web",
  C: "/var/cache",
};

/** The document's first block of a kind that has this text. */
async function documented(kind: "ini" | "jsonc", text: string): Promise<string> {
  const document = await Deno.readTextFile(`${ROOT}docs/operators.md`);
  const found = [...document.matchAll(/```(\w+)\n([^`]*)```/g)]
    .find(([, language, block]) => language === kind && block!.includes(text));
  assert(found !== undefined, text);
  return found[2]!;
}

/** The settings of a unit in the document, each with its values. */
async function documentedUnit(file: string): Promise<(name: string) => string[]> {
  const unit = await documented("ini", `# /etc/systemd/system/${file}\n`);
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
      const unit = await documentedUnit("web.service");
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

hostTest(
  "the documented template runs a guest from the documented config file",
  ["KVM", "root", "tun"],
  () =>
    withDisk(4096, async (path) => {
      const unit = await documentedUnit("solo5@.service");
      assertEquals(unit("DynamicUser"), ["yes"]);
      assertEquals(unit("CapabilityBoundingSet"), [""]);
      assertEquals(unit("SupplementaryGroups"), ["kvm"]);
      const [variable, cache] = unit("Environment")[0]!.split("=");
      const [program, ...words] = unit("ExecStart")[0]!.split(/\s+/);
      assertEquals(program, PROGRAM);
      const dropIn = await documentedUnit("solo5@web.service.d/disk.conf");
      const [, name] = /^\/srv\/web\/disk\.img:(\w+)$/.exec(dropIn("OpenFile")[0]!)!;

      const area = await openArea();
      const config = await documented("jsonc", "// /etc/solo5/web.json\n");
      // The image is found beside the file.
      const text = config.replace("/srv/web/web.elf", "demo.hvt");
      assert(text !== config);
      const file = `${area}web.json`;
      await Deno.writeTextFile(file, text, { mode: 0o644 });
      const args = words.map((word) => word.replace("/etc/solo5/web.json", file));
      assert(args.includes(`--config=${file}`), args.join(" "));

      enterOwnNetwork();
      await runPrivileged("+ip tuntap add web0 mode tap group kvm");
      await runPrivileged("+ip address add 10.0.0.1/24 dev web0");
      await runPrivileged("+ip link set web0 up");
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
      assertEquals(new Echo("10.0.0.2").udp(2).includes(undefined), false);
      running.child.kill(unit("KillSignal")[0] as Deno.Signal);
      const ended = await running.end();
      assertMatch(ended.stdout, /^demo: boot number 1 of this disk\n/);
      assertEquals([ended.stderr, ended.signal], ["", "SIGHUP"]);
    }),
);
