/**
 * A tender that somebody took over, after its seal: what it tries kills it, or is
 * refused.
 *
 * @module
 */
import { assertMatch } from "@std/assert";
import { makeDisk, withDirectory } from "../support/disk.ts";
import type { Attempt, Given } from "../support/captured.ts";
import { hostTest } from "../support/needs.ts";
import { enterOwnNetwork, makeTap } from "../support/network.ts";
import { program } from "../support/programs.ts";
import { likeTender } from "../support/sealed_task.ts";
import { guest } from "../support/tender.ts";

/** Requests: `linux/kvm.h`, `asm-generic/ioctls.h`, `linux/if_tun.h`. */
const KVM_RUN = 0xae80, KVM_SET_REGS = 0x4090_ae82, TIOCSTI = 0x5412;
const KVM_CREATE_VM = 0xae01, TUNSETIFF = 0x4004_54ca;

/** Numbers of x86_64 (`asm/unistd_64.h`), with what is given to them. */
const CALLS: Readonly<Record<string, readonly [number, ...Given[]]>> = {
  "read of standard input": [0, 0, "memory", 1],
  "write to standard input": [1, 0, "memory", 1],
  "write to standard output": [1, 1, "memory", 1],
  "write to the vCPU": [1, "fd vCPU", "memory", 1],
  "read of the vCPU": [0, "fd vCPU", "memory", 1],
  "write to the disk, at the place where it is": [1, "fd disk.img", "memory", 1],
  "writev to standard input": [20, 0, "memory", 1],
  "writev of many parts to standard output": [20, 1, "memory", 2],
  "readv of the disk": [19, "fd disk.img", "memory", 1],
  "pwrite64 to the disk": [18, "fd disk.img", "memory", 512, 1 << 20],
  "pwritev2 to the disk": [328, "fd disk.img", "memory", 1, 0, 0, 0x10],
  "pwritev to the tap": [296, "fd captured0", "memory", 1, 0],
  "preadv of the vCPU": [295, "fd vCPU", "memory", 1, 0],
  "lseek to a place on the disk": [8, "fd disk.img", 0, 0],
  "ioctl KVM_RUN with an argument": [16, "fd vCPU", KVM_RUN, "memory"],
  "ioctl KVM_SET_REGS": [16, "fd vCPU", KVM_SET_REGS, "memory"],
  "ioctl KVM_RUN of standard output": [16, 1, KVM_RUN, 0],
  "ioctl KVM_CREATE_VM": [16, "fd vCPU", KVM_CREATE_VM, 0],
  "ioctl TIOCSTI": [16, 0, TIOCSTI, "memory"],
  "ioctl TUNSETIFF": [16, "fd captured0", TUNSETIFF, "memory"],
  "open": [2, "memory", 0],
  "openat": [257, -100, "memory", 0],
  "openat2": [437, -100, "memory", "memory", 24],
  "creat": [85, "memory", 0o644],
  "open_by_handle_at": [304, -1, "memory", 0],
  "name_to_handle_at": [303, -100, "memory", "memory", "memory"],
  "close of standard error": [3, 2],
  "close_range": [436, 0, 0xffff_ffff, 0],
  "dup": [32, 1],
  "dup2": [33, 1, 0],
  "dup3": [292, 1, 9, 0],
  "fcntl": [72, 1, 0, 0],
  "pidfd_open": [434, 1, 0],
  "pidfd_getfd": [438, 1, 0, 0],
  "pidfd_send_signal": [424, 1, 9, 0, 0],
  "memfd_create": [319, "memory", 0],
  "memfd_secret": [447, 0],
  "eventfd2": [290, 0, 0],
  "inotify_init1": [294, 0],
  "epoll_create1": [291, 0],
  "pipe2": [293, "memory", 0],
  "socket": [41, 2, 1, 0],
  "socketpair": [53, 1, 1, 0, "memory"],
  "sendmsg": [46, "fd captured0", "memory", 0],
  "recvmsg": [47, "fd captured0", "memory", 0],
  "sendto": [44, "fd captured0", "memory", 1, 0, 0],
  "execve": [59, "memory", "memory", "memory"],
  "execveat": [322, -100, "memory", "memory", "memory", 0x1000],
  "fork": [57],
  "vfork": [58],
  "clone": [56, 17, 0, 0, 0, 0],
  "clone of a thread": [56, 0x10f00, "memory", 0, 0, 0],
  "clone3": [435, "memory", 88],
  "unshare": [272, 0x1000_0000],
  "setns": [308, 1, 0],
  "ptrace": [101, 0, 1, 0, 0],
  "process_vm_readv": [310, 1, "memory", 1, "memory", 1, 0],
  "process_vm_writev": [311, 1, "memory", 1, "memory", 1, 0],
  "process_madvise": [440, 1, "memory", 1, 4, 0],
  "kcmp": [312, 1, 1, 0, 0, 0],
  "kill of itself by nothing": [62, 0, 0],
  "kill of another": [62, 1, 15],
  "tkill": [200, 1, 9],
  "tgkill": [234, 1, 1, 9],
  "rt_sigqueueinfo": [129, 1, 9, "memory"],
  "rt_sigaction": [13, 31, 0, 0, 8],
  "mmap of code": [9, 0, 4096, 7, 0x22, -1, 0],
  "mmap of the disk": [9, 0, 4096, 3, 1, "fd disk.img", 0],
  "mmap in place of other memory": [9, "memory", 4096, 3, 0x32, -1, 0],
  "mprotect to code": [10, "memory", 4096, 5],
  "pkey_mprotect to code": [329, "memory", 4096, 5, -1],
  "mremap": [25, "memory", 4096, 8192, 1, 0],
  "remap_file_pages": [216, "memory", 4096, 0, 0, 0],
  "shmget": [29, 0, 4096, 0o1666],
  "mseal": [462, "memory", 4096, 0],
  "prctl": [157, 4, 1, 0, 0, 0],
  "arch_prctl": [158, 0x1002, "memory"],
  "seccomp": [317, 1, 0, "memory"],
  "setuid": [105, 0],
  "setresuid": [117, 0, 0, 0],
  "setgroups": [116, 0, "memory"],
  "capset": [126, "memory", "memory"],
  "chroot": [161, "memory"],
  "mount": [165, "memory", "memory", "memory", 0, 0],
  "pivot_root": [155, "memory", "memory"],
  "move_mount": [429, -1, "memory", -1, "memory", 0],
  "unlink": [87, "memory"],
  "unlinkat": [263, -100, "memory", 0],
  "rename": [82, "memory", "memory"],
  "linkat": [265, -100, "memory", -100, "memory", 0],
  "ftruncate of the disk": [77, "fd disk.img", 0],
  "fallocate of the disk": [285, "fd disk.img", 0, 0, 1 << 20],
  "sendfile": [40, 1, "fd disk.img", 0, 1],
  "copy_file_range": [326, "fd disk.img", 0, 1, 0, 1, 0],
  "splice": [275, "fd disk.img", 0, 1, 0, 1, 0],
  "io_setup": [206, 1, "memory"],
  "io_uring_setup": [425, 1, "memory"],
  "bpf": [321, 0, "memory", 72],
  "perf_event_open": [298, "memory", 0, -1, -1, 0],
  "userfaultfd": [323, 0],
  "keyctl": [250, 0, -3, 0, 0, 0],
  "add_key": [248, "memory", "memory", "memory", 1, -1],
  "init_module": [175, "memory", 1, "memory"],
  "kexec_load": [246, 0, 0, "memory", 0],
  "reboot": [169, 0xfee1dead, 672274793, 0],
  "landlock_create_ruleset": [444, 0, 0, 1],
  "prlimit64": [302, 0, 7, "memory", 0],
  "setrlimit": [160, 7, "memory"],
  "personality": [135, 0x0040_0000],
  "iopl": [172, 3],
  "modify_ldt": [154, 1, "memory", 16],
  "sched_setaffinity": [203, 0, 8, "memory"],
  "settimeofday": [164, "memory", 0],
  "a call of x32": [0x4000_0000 + 1, 2, "memory", 1],
  "a call that does not exist": [999],
};

const DENO = [
  ...["reads a file", "opens a file", "writes a file", "reads standard input"],
  ...["lists a folder", "starts a program", "sends a signal", "connects", "fetches"],
  ...["opens a library", "looks into memory", "imports a module", "starts a thread"],
  ...["reads its environment", "asks for a permission"],
] as const;

/** How many are tried at once. */
const AT_ONCE = 3;

/** Tries everything in a sealed tender with a disk and a tap. */
async function tryAll(
  t: Deno.TestContext,
  attempts: readonly (readonly [string, Attempt])[],
): Promise<void> {
  enterOwnNetwork();
  await withDirectory(async (directory) => {
    const left = attempts.map((each, index) => [index % AT_ONCE, ...each] as const);
    const steps = Array.from({ length: AT_ONCE }, async (_, lane) => {
      const tap = `captured${lane}`;
      const disk = `${directory}/${lane}/disk.img`;
      await Deno.mkdir(`${directory}/${lane}`);
      await makeDisk(disk, 4096);
      makeTap(tap);
      const flags = ["--mem=4", `--net:service=${tap}`, `--block:storage=${disk}`];
      for (const [each, name, attempt] of left) {
        if (each !== lane) continue;
        const task = JSON.stringify({ flags: [...flags, guest("soak")], attempt })
          .replaceAll("captured0", tap);
        await t.step({ name, fn: () => assertStopped(task), ...AT_ONCE_STEPS });
      }
    });
    await Promise.all(steps);
  });
}

const AT_ONCE_STEPS = {
  sanitizeOps: false,
  sanitizeResources: false,
  sanitizeExit: false,
};

/** It is dead by SIGSYS, or was told no. */
async function assertStopped(task: string): Promise<void> {
  const { signal, code, stderr, stdout } = await program(
    likeTender("captured.ts", task),
    { stdin: "null" },
  ).output();
  const said = new TextDecoder().decode(stderr);
  const end = `${said}${signal ?? `status ${code}`}`;
  assertMatch(
    end,
    /^sealed\n(SIGSYS|refused (errno [0-9]+|NotCapable|denied)\nstatus 0)$/,
  );
  assertMatch(new TextDecoder().decode(stdout), /^$/);
}

const NEEDS = ["KVM", "root", "tun", "a fast host"] as const;

hostTest(
  "a captured tender is dead, or refused, when it makes a system call",
  NEEDS,
  (t) =>
    tryAll(
      t,
      Object.entries(CALLS).map((
        [name, [number, ...given]],
      ) => [name, { number, given }]),
    ),
);

hostTest(
  "a captured tender is dead, or refused, when it uses Deno",
  NEEDS,
  (t) => tryAll(t, DENO.map((deno) => [deno, { deno }])),
);
