import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../ffi/errno.ts";
import * as eventfd from "../../../ffi/linux/eventfd.ts";
import * as fcntl from "../../../ffi/linux/fcntl.ts";
import * as kvm from "../../../ffi/linux/kvm.ts";
import * as mman from "../../../ffi/linux/mman.ts";
import * as poll from "../../../ffi/linux/poll.ts";
import * as socket from "../../../ffi/linux/socket.ts";
import * as stat from "../../../ffi/linux/stat.ts";
import * as tun from "../../../ffi/linux/tun.ts";
import {
  CORE_CONSTANTS,
  CORE_STRUCTURES,
  type Field,
  type Structure,
} from "../../support/core_layouts.ts";
import { compilerFinds, evaluateInC } from "../../support/compiler.ts";

const { KvmRun, Regs, Segment, Sregs } = kvm;

/** Fields of the same size, with their own names. */
function same(
  layout: Readonly<Record<string, number>>,
  size: number,
  names: string,
): Field[] {
  return names.split(" ").map((name) => [layout[name]!, size, name]);
}

const STRUCTURES: readonly Structure[] = [
  ...CORE_STRUCTURES,
  {
    name: "kvm_run",
    size: KvmRun.size,
    fields: [
      [KvmRun.immediateExit, 1, "immediate_exit"],
      [KvmRun.exitReason, 4, "exit_reason"],
      [KvmRun.ioDirection, 1, "io.direction"],
      [KvmRun.ioSize, 1, "io.size"],
      [KvmRun.ioPort, 2, "io.port"],
      [KvmRun.ioDataOffset, 8, "io.data_offset"],
    ],
  },
  {
    name: "sockaddr_in",
    size: socket.InternetAddress.size,
    fields: [
      [socket.InternetAddress.family, 2, "sin_family"],
      [socket.InternetAddress.port, 2, "sin_port"],
      [socket.InternetAddress.address, 4, "sin_addr"],
    ],
  },
  {
    name: "sockaddr_un",
    size: socket.UnixAddress.size,
    fields: [
      [socket.UnixAddress.family, 2, "sun_family"],
      [socket.UnixAddress.path, 0, "sun_path"],
    ],
  },
  {
    name: "kvm_userspace_memory_region",
    size: kvm.MemoryRegion.size,
    fields: [
      [kvm.MemoryRegion.slot, 4, "slot"],
      [kvm.MemoryRegion.flags, 4, "flags"],
      [kvm.MemoryRegion.guestPhysAddr, 8, "guest_phys_addr"],
      [kvm.MemoryRegion.memorySize, 8, "memory_size"],
      [kvm.MemoryRegion.userspaceAddr, 8, "userspace_addr"],
    ],
  },
  {
    name: "kvm_ioeventfd",
    size: kvm.IoEventfd.size,
    fields: [
      [kvm.IoEventfd.datamatch, 8, "datamatch"],
      [kvm.IoEventfd.addr, 8, "addr"],
      [kvm.IoEventfd.len, 4, "len"],
      [kvm.IoEventfd.fd, 4, "fd"],
      [kvm.IoEventfd.flags, 4, "flags"],
    ],
  },
  {
    name: "kvm_enable_cap",
    size: kvm.EnableCap.size,
    fields: [
      [kvm.EnableCap.cap, 4, "cap"],
      [kvm.EnableCap.flags, 4, "flags"],
      [kvm.EnableCap.args, 32, "args"],
    ],
  },
  {
    name: "kvm_guest_debug",
    size: kvm.GuestDebug.size,
    fields: [
      [kvm.GuestDebug.control, 4, "control"],
      [kvm.GuestDebug.debugRegisters, 64, "arch.debugreg"],
    ],
  },
  { name: "kvm_xsave", size: kvm.Xsave.size, fields: [[0, kvm.Xsave.size, "region"]] },
  {
    name: "kvm_regs",
    size: Regs.size,
    fields: same(
      Regs,
      8,
      "rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags",
    ),
  },
  {
    name: "kvm_segment",
    size: Segment.size,
    fields: [
      [Segment.base, 8, "base"],
      [Segment.limit, 4, "limit"],
      [Segment.selector, 2, "selector"],
      ...same(Segment, 1, "type present dpl db s l g avl unusable"),
    ],
  },
  {
    name: "kvm_sregs",
    size: Sregs.size,
    fields: [
      ...same(Sregs, Segment.size, "cs ds es fs gs ss tr ldt"),
      [Sregs.gdtBase, 8, "gdt.base"],
      [Sregs.gdtLimit, 2, "gdt.limit"],
      [Sregs.idtBase, 8, "idt.base"],
      [Sregs.idtLimit, 2, "idt.limit"],
      ...same(Sregs, 8, "cr0 cr2 cr3 cr4 cr8 efer"),
      [Sregs.apicBase, 8, "apic_base"],
    ],
  },
  {
    name: "kvm_cpuid2",
    size: undefined,
    fields: [
      [kvm.Cpuid2.nent, 4, "nent"],
      // A flexible array: only where it starts can be compared.
      [kvm.Cpuid2.entries, 0, "entries"],
    ],
  },
  {
    name: "kvm_cpuid_entry2",
    size: kvm.CpuidEntry.size,
    fields: same(kvm.CpuidEntry, 4, "function index flags eax ebx ecx edx"),
  },
  {
    name: "kvm_msr_filter",
    size: kvm.MsrFilter.size,
    fields: [
      [kvm.MsrFilter.flags, 4, "flags"],
      [kvm.MsrFilter.ranges, 16 * kvm.MsrFilterRange.size, "ranges"],
    ],
  },
  {
    name: "kvm_msr_filter_range",
    size: kvm.MsrFilterRange.size,
    fields: [
      [kvm.MsrFilterRange.flags, 4, "flags"],
      [kvm.MsrFilterRange.nmsrs, 4, "nmsrs"],
      [kvm.MsrFilterRange.base, 4, "base"],
      [kvm.MsrFilterRange.bitmap, 8, "bitmap"],
    ],
  },
  {
    name: "pollfd",
    size: poll.PollEntry.size,
    fields: [
      [poll.PollEntry.fd, 4, "fd"],
      [poll.PollEntry.events, 2, "events"],
      [poll.PollEntry.revents, 2, "revents"],
    ],
  },
  {
    name: "statx",
    size: stat.Statx.size,
    fields: [
      [stat.Statx.uid, 4, "stx_uid"],
      [stat.Statx.gid, 4, "stx_gid"],
      [stat.Statx.mode, 2, "stx_mode"],
      [stat.Statx.inode, 8, "stx_ino"],
      [stat.Statx.deviceMajor, 4, "stx_dev_major"],
      [stat.Statx.deviceMinor, 4, "stx_dev_minor"],
    ],
  },
  {
    name: "ifreq",
    size: tun.Ifreq.size,
    fields: [
      [tun.Ifreq.name, tun.Ifreq.nameBytes, "ifr_name"],
      [tun.Ifreq.flags, 2, "ifr_flags"],
    ],
  },
];

for (const { name, size, fields } of STRUCTURES) {
  Deno.test(`the layout of ${name} has every field within its size when they are laid out`, () => {
    let end = 0;
    for (const [offset, bytes, member] of fields.toSorted(([a], [b]) => a - b)) {
      assert(offset >= end, `${member} overlaps the field before`);
      if (bytes > 0) assertEquals(offset % Math.min(bytes, 8), 0, member);
      end = offset + bytes;
    }
    if (size !== undefined) assert(end <= size, `the last field ends at ${end}`);
  });
}

/** What else C has a word for: an expression, and our number. */
const CONSTANTS: readonly (readonly [expression: string, value: number])[] = [
  ...[kvm.Kvm, tun.TunRequest, tun.InterfaceRequest].flatMap((requests) =>
    Object.values(requests).map(({ name, number }) => [name, number] as const)
  ),
  ...CORE_CONSTANTS,
  ["KVM_API_VERSION", kvm.KVM_API_VERSION],
  ...prefixed("KVM_CAP_", kvm.Capability),
  ...Object.entries(kvm.ExitReason).map(([name, value]) =>
    // Kernels before 6.8 do not have all of them.
    [`KVM_EXIT_${name}?KVM_EXIT_${name}`, value] as const
  ),
  ["KVM_EXIT_IO_OUT", kvm.EXIT_IO_OUT],
  ...prefixed("KVM_GUESTDBG_", kvm.GuestDebugControl),
  ["KVM_IOEVENTFD_FLAG_PIO", kvm.IoEventfd.portIo],
  ...prefixed("EFD_", eventfd.EventfdFlag),
  ["KVM_MSR_FILTER_DEFAULT_DENY", kvm.MsrFilter.defaultDeny],
  ["KVM_MSR_FILTER_MAX_RANGES", kvm.MsrFilter.mostRanges],
  ["KVM_MSR_FILTER_READ", kvm.MsrFilterRange.read],
  ["KVM_MSR_FILTER_WRITE", kvm.MsrFilterRange.write],
  ["offsetof(struct kvm_run, debug.arch.dr6)", KvmRun.debugDr6],
  ["offsetof(struct kvm_run, mmio.phys_addr)", KvmRun.mmioPhysicalAddress],
  [
    "offsetof(struct kvm_run, fail_entry.hardware_entry_failure_reason)",
    KvmRun.failEntryHardwareReason,
  ],
  ["offsetof(struct kvm_run, internal.suberror)", KvmRun.internalSuberror],
  [
    "KVM_EXIT_MEMORY_FAULT?offsetof(struct kvm_run, memory_fault.gpa)",
    KvmRun.memoryFaultGpa,
  ],
  ["offsetof(struct ifreq, ifr_mtu)", tun.Ifreq.mtu],
  ...prefixed("IFF_", tun.TunFlag),
  ...prefixed("IFF_", tun.InterfaceFlag),
  ...prefixed("AF_", socket.Family),
  ...prefixed("SOCK_", socket.SocketType),
  ...prefixed("", socket.OptionLevel),
  ...prefixed("SO_", socket.SocketOption),
  ...prefixed("TCP_", socket.TcpOption),
  ...prefixed("MSG_", socket.MessageFlag),
  ["SHUT_WR", socket.SHUT_WR],
  ["ETH_HLEN", tun.ETHERNET_HEADER_BYTES],
  ...prefixed("", Errno),
  ["O_RDONLY", fcntl.AccessMode.RDONLY],
  ["O_WRONLY", fcntl.AccessMode.WRONLY],
  ["O_RDWR", fcntl.AccessMode.RDWR],
  ["O_ACCMODE", fcntl.AccessMode.MASK],
  ...prefixed("O_", fcntl.OpenFlag),
  ["AT_SYMLINK_FOLLOW", fcntl.AT_SYMLINK_FOLLOW],
  ["RENAME_NOREPLACE", fcntl.RENAME_NOREPLACE],
  ...prefixed("F_", fcntl.FcntlCommand),
  ["FD_CLOEXEC", fcntl.FD_CLOEXEC],
  ...prefixed("SEEK_", fcntl.Seek),
  ["SYNC_FILE_RANGE_WAIT_BEFORE", fcntl.SyncFileRange.WAIT_BEFORE],
  ["LOCK_SH", fcntl.FileLock.SHARED],
  ["LOCK_EX", fcntl.FileLock.EXCLUSIVE],
  ["LOCK_NB", fcntl.FileLock.NONBLOCK],
  ["STATX_BASIC_STATS", stat.STATX_BASIC_STATS],
  ["AT_EMPTY_PATH", stat.AT_EMPTY_PATH],
  ["-(AT_FDCWD)", -stat.AT_FDCWD],
  ["S_IFMT", stat.FileMode.TYPE],
  ["S_IFREG", stat.FileMode.REGULAR],
  ["ALLPERMS", stat.FileMode.PERMISSIONS],
  ["ACCESSPERMS", stat.FileMode.RIGHTS],
  ...prefixed("PROT_", mman.Protection),
  ...prefixed("MAP_", mman.MapFlag),
  ...prefixed("POLL", poll.PollEvent),
];

function prefixed(
  prefix: string,
  values: Readonly<Record<string, number>>,
): [string, number][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]);
}

const HEADERS = [
  ...["errno.h", "fcntl.h", "poll.h", "unistd.h"],
  ...["sys/eventfd.h", "sys/file.h", "sys/mman.h", "sys/stat.h"],
  ...["sys/socket.h", "sys/un.h", "netinet/in.h", "netinet/tcp.h"],
  ...["linux/if.h", "linux/if_ether.h", "linux/if_tun.h"],
  ...["linux/kvm.h", "linux/sockios.h"],
  ...["linux/elf.h", "sys/procfs.h", "stdio.h"],
];

// The layouts that are x86_64's can be compared there only.
const ignore = Deno.build.arch !== "x86_64" || !compilerFinds(HEADERS);

Deno.test({
  name: "every layout is the compiler's when cc and the kernel's headers are here",
  ignore,
  async fn() {
    const expected = STRUCTURES.flatMap(({ name, size, fields }) => {
      const own = fields.flatMap(([offset, bytes, member]) => {
        const whole = `((struct ${name} *)0)->${member}`;
        const at = [`offsetof(struct ${name}, ${member})`, offset] as const;
        return bytes === 0 ? [at] : [at, [`sizeof(${whole})`, bytes] as const];
      });
      return size === undefined
        ? own
        : [[`sizeof(struct ${name})`, size] as const, ...own];
    });
    await compare(expected);
  },
});

Deno.test({
  name: "every number is the compiler's when cc and the kernel's headers are here",
  ignore,
  fn: () => compare(CONSTANTS),
});

async function compare(expected: readonly (readonly [string, number])[]): Promise<void> {
  const values = await evaluateInC(HEADERS, expected.map(([expression]) => expression));
  const found = expected.map(([expression, value], index) => {
    const unknown = expression.includes("?") && values[index] === undefined;
    return [expression, unknown ? value : values[index]];
  });
  assertEquals(found, expected.map((pair) => [...pair]));
}
