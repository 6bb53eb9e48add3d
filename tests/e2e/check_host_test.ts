/**
 * `solo5 check` says what `solo5 run` does, on hosts and for users that lack
 * something.
 *
 * @module
 */
import {
  agreementTests,
  type Situation,
  withFewAddresses,
  withoutCalls,
} from "../support/agreement.ts";
import { makeDisk } from "../support/disk.ts";
import { guest, type TenderOptions } from "../support/tender.ts";
import { openArea, unprivileged } from "../support/unprivileged.ts";

const HELLO = guest("hello");

/** A guest that anybody can read, with these flags. */
async function reached(name: string, ...flags: string[]): Promise<string[]> {
  return [...flags, `${await openArea()}${name}.hvt`];
}

/** Where the mounts of the host are others: what a shell does before. */
function elsewhere(...commands: string[]): TenderOptions {
  const script = `${commands.join(" && ")} && exec "$@"`;
  return { shell: `exec unshare -m sh -c '${script}' sh "$@"` };
}

const SITUATIONS: readonly Situation[] = [
  ["it has too few addresses", ["KVM", "a fast host"], () => ({
    args: ["--mem=2048", HELLO],
    options: withFewAddresses(),
  }), /^guest memory: mmap: ENOMEM .*--mem=2048/],
  ["/dev/kvm is not there", ["root", "a fast host"], () => ({
    args: [HELLO],
    options: elsewhere("mount -t tmpfs none /dev"),
  }), /^\/dev\/kvm: open: ENOENT.*modprobe/],
  ["/dev/kvm is something else", ["root", "a fast host", "KVM"], () => ({
    args: [HELLO],
    options: elsewhere("mount -o bind /dev/zero /dev/kvm"),
  }), /^\/dev\/kvm: KVM_GET_API_VERSION: ENOTTY/],
  ["it is an ordinary user's", ["KVM", "root", "a fast host"], async () => ({
    args: await reached("hello"),
    options: await unprivileged(),
  })],
  ["it is an ordinary user's, strictly", ["KVM", "root", "a fast host"], async () => ({
    args: await reached("hello", "--sandbox=strict"),
    options: await unprivileged(),
  })],
  ["its user may not use KVM", ["KVM", "root", "a fast host"], async () => ({
    args: await reached("hello"),
    options: await unprivileged({ groups: [] }),
  }), /^\/dev\/kvm: open: EACCES.*group kvm/],
  [
    "its user may not write its disk, nor use KVM",
    ["KVM", "root", "a fast host"],
    async (directory) => {
      await Deno.chmod(directory, 0o755);
      await makeDisk(`${directory}/disk`, 4096);
      return {
        args: await reached("block", `--block:disk=${directory}/disk`),
        options: await unprivileged({ groups: [] }),
      };
    },
    /--block:disk=.*EACCES.*,ro/,
    /^\/dev\/kvm: open: EACCES/,
  ],
  ["its user is to become another", ["KVM", "root", "a fast host"], async () => ({
    args: await reached("hello", "--user=1:1"),
    options: await unprivileged(),
  }), /^--user=1:1: only root/],
  ["the host has no filters", ["KVM", "a fast host"], () => ({
    args: [HELLO],
    options: withoutCalls("seccomp"),
  }), /^sandbox, system calls: [0-9]+ bytes: seccomp: EPERM/],
  ["the host has no other users", ["KVM", "root", "a fast host"], () => ({
    args: [HELLO],
    options: withoutCalls("setresuid"),
  }), /^sandbox, user: user 65534: setresuid: EPERM/],
  [
    "the host keeps capabilities, and has no KVM",
    ["root", "a fast host"],
    () => {
      const { shell, env } = withoutCalls("capset");
      return {
        args: [HELLO],
        options: {
          env: env!,
          shell:
            `exec unshare -m sh -c 'mount -o bind /dev/null /dev/kvm && ${shell}' sh "$@"`,
        },
      };
    },
    /^\/dev\/kvm: KVM_GET_API_VERSION: ENOTTY/,
    /^sandbox, capabilities: this process: capset: EPERM/,
  ],
  ["the host lacks Landlock", ["KVM", "a fast host"], () => ({
    args: [HELLO],
    options: withoutCalls("landlock_create_ruleset"),
  })],
  ["the host lacks Landlock, strictly", ["KVM", "a fast host"], () => ({
    args: ["--sandbox=strict", HELLO],
    options: withoutCalls("landlock_create_ruleset"),
  }), /^--sandbox=strict: not every layer .*Landlock \(missing/],
  [
    "it is root of a user namespace alone",
    ["KVM", "user namespaces", "a fast host"],
    () => ({
      args: [HELLO],
      options: { shell: 'exec unshare -r "$@"' },
    }),
    /^sandbox, user: user 65534: setgroups: EPERM/,
  ],
  ["it is root of a user namespace alone, strictly", [
    "KVM",
    "user namespaces",
    "a fast host",
  ], () => ({
    args: ["--sandbox=strict", HELLO],
    options: { shell: 'exec unshare -r "$@"' },
  })],
];

agreementTests(SITUATIONS);
