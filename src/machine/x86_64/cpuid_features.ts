/**
 * The processor's feature bits: which of them a guest is shown, and why.
 *
 * Shown is what code in ring 0 can use without setting anything up; not shown
 * is what would need an interrupt controller, an MSR that is denied, or XCR0.
 * Sources: Intel SDM 2A, CPUID; AMD APM 3, appendix E.
 *
 * @module
 */

/** A register of CPUID's results. */
export type Register = "eax" | "ebx" | "ecx" | "edx";

/** Feature bits of one register, all shown or all not: name, bit and reason. */
export interface FeatureGroup {
  /** The leaf. */
  readonly leaf: number;
  /** The register. */
  readonly register: Register;
  /** Whether guests are shown them. */
  readonly shown: boolean;
  /** Each bit's name, number and reason. */
  readonly bits: Readonly<Record<string, readonly [bit: number, reason: string]>>;
}

/** Leaves whose features are chosen bit by bit. */
export const FEATURES_1 = 1, FEATURES_7 = 7, FEATURES_EXTENDED = 0x8000_0001;

/** Leaf 1, EDX; AMD repeats most of it in leaf 0x80000001. */
const BASIC: Readonly<Record<string, readonly [number, string]>> = {
  FPU: [0, "x87 arithmetic"],
  PSE: [3, "4 MiB pages; long mode has large pages anyway"],
  TSC: [4, "the guest's clock"],
  MSR: [5, "rdmsr and wrmsr, for the few that are allowed"],
  PAE: [6, "the page tables that the guest runs on"],
  CX8: [8, "cmpxchg8b"],
  PGE: [13, "global pages"],
  CMOV: [15, "conditional moves"],
  PAT: [16, "memory types; the MSR is allowed"],
  PSE36: [17, "large physical addresses"],
  MMX: [23, "MMX arithmetic"],
  FXSR: [24, "saving FPU and SSE state"],
};

/** Every feature bit that was decided on. What is not listed is not shown. */
export const FEATURES: readonly FeatureGroup[] = [
  {
    leaf: FEATURES_1,
    register: "edx",
    shown: true,
    bits: {
      ...BASIC,
      CLFSH: [19, "clflush"],
      SSE: [25, "vector arithmetic; CR4 allows it from the start"],
      SSE2: [26, "vector arithmetic; part of the x86_64 calling convention"],
    },
  },
  {
    leaf: FEATURES_1,
    register: "edx",
    shown: false,
    bits: {
      VME: [1, "virtual-8086 mode does not exist in long mode"],
      DE: [2, "debug extensions: there is nobody to debug with"],
      MCE: [7, "machine checks are the host's"],
      APIC: [9, "the machine has no interrupt controller"],
      SEP: [11, "sysenter needs MSRs that are denied"],
      MTRR: [12, "its MSRs are denied"],
      MCA: [14, "machine checks are the host's"],
      PSN: [18, "a serial number of the host's processor"],
      DS: [21, "debug store"],
      ACPI: [22, "thermal control is the host's"],
      HTT: [28, "the machine has one processor"],
      TM: [29, "thermal control is the host's"],
      PBE: [31, "thermal control is the host's"],
    },
  },
  {
    leaf: FEATURES_1,
    register: "ecx",
    shown: true,
    bits: {
      SSE3: [0, "vector arithmetic"],
      PCLMULQDQ: [1, "carry-less multiplication, for AES-GCM"],
      SSSE3: [9, "vector arithmetic"],
      CX16: [13, "cmpxchg16b"],
      SSE4_1: [19, "vector arithmetic"],
      SSE4_2: [20, "vector arithmetic, CRC32"],
      MOVBE: [22, "big-endian moves"],
      POPCNT: [23, "bit counting"],
      AES: [25, "encryption"],
      RDRAND: [30, "random numbers; the only seed that a guest has"],
      HYPERVISOR: [31, "says that the processor is virtual, which is true"],
    },
  },
  {
    leaf: FEATURES_1,
    register: "ecx",
    shown: false,
    bits: {
      DTES64: [2, "debug store"],
      MONITOR: [3, "monitor and mwait would hold the host's processor"],
      DS_CPL: [4, "debug store"],
      VMX: [5, "no virtual machines inside"],
      SMX: [6, "measured launch is the host's"],
      EIST: [7, "clock frequency is the host's"],
      TM2: [8, "thermal control is the host's"],
      CNXT_ID: [10, "needs an MSR that is denied"],
      SDBG: [11, "silicon debugging"],
      FMA: [12, "needs XCR0"],
      XTPR: [14, "the machine has no interrupt controller"],
      PDCM: [15, "performance counters"],
      PCID: [17, "has to be set up first, and saves nothing with one address space"],
      DCA: [18, "direct cache access of devices that are not there"],
      X2APIC: [21, "the machine has no interrupt controller"],
      TSC_DEADLINE: [24, "the machine has no timer"],
      XSAVE: [26, "sets up XCR0"],
      OSXSAVE: [27, "shows that XCR0 was set up"],
      AVX: [28, "needs XCR0"],
      F16C: [29, "needs XCR0"],
    },
  },
  {
    leaf: FEATURES_7,
    register: "ebx",
    shown: true,
    bits: {
      FSGSBASE: [0, "thread-local storage without an MSR"],
      BMI1: [3, "bit manipulation"],
      BMI2: [8, "bit manipulation, mulx"],
      ERMS: [9, "fast rep movsb"],
      RDSEED: [18, "random numbers"],
      ADX: [19, "multi-precision addition"],
      CLFLUSHOPT: [23, "clflush"],
      CLWB: [24, "cache line write-back"],
      SHA: [29, "hashing; SSE registers only"],
    },
  },
  {
    leaf: FEATURES_7,
    register: "ebx",
    shown: false,
    bits: {
      TSC_ADJUST: [1, "needs an MSR that is denied"],
      SGX: [2, "no enclaves inside"],
      HLE: [4, "transactions: withdrawn by most processors"],
      AVX2: [5, "needs XCR0"],
      SMEP: [7, "guards user pages, of which there are none"],
      INVPCID: [10, "for PCID"],
      RTM: [11, "transactions: withdrawn by most processors"],
      PQM: [12, "resource monitoring is the host's"],
      MPX: [14, "needs XCR0"],
      PQE: [15, "resource allocation is the host's"],
      AVX512F: [16, "needs XCR0"],
      AVX512DQ: [17, "needs XCR0"],
      SMAP: [20, "guards user pages, of which there are none"],
      AVX512IFMA: [21, "needs XCR0"],
      INTEL_PT: [25, "tracing"],
      AVX512PF: [26, "needs XCR0"],
      AVX512ER: [27, "needs XCR0"],
      AVX512CD: [28, "needs XCR0"],
      AVX512BW: [30, "needs XCR0"],
      AVX512VL: [31, "needs XCR0"],
    },
  },
  {
    leaf: FEATURES_7,
    register: "ecx",
    shown: true,
    bits: {
      GFNI: [8, "finite field arithmetic; SSE registers suffice"],
    },
  },
  {
    leaf: FEATURES_7,
    register: "ecx",
    shown: false,
    bits: {
      AVX512VBMI: [1, "needs XCR0"],
      UMIP: [2, "guards against user code, of which there is none"],
      PKU: [3, "needs XCR0"],
      OSPKE: [4, "needs XCR0"],
      WAITPKG: [5, "would hold the host's processor"],
      AVX512VBMI2: [6, "needs XCR0"],
      SHSTK: [7, "needs XCR0"],
      VAES: [9, "needs XCR0"],
      VPCLMULQDQ: [10, "needs XCR0"],
      AVX512VNNI: [11, "needs XCR0"],
      AVX512BITALG: [12, "needs XCR0"],
      AVX512VPOPCNTDQ: [14, "needs XCR0"],
      LA57: [16, "has to be set up first"],
      BUS_LOCK_DETECT: [24, "debug exceptions"],
      SGX_LC: [30, "no enclaves inside"],
      PKS: [31, "has to be set up first"],
    },
  },
  {
    leaf: FEATURES_7,
    register: "edx",
    shown: true,
    bits: {
      FSRM: [4, "fast short rep movsb"],
    },
  },
  {
    leaf: FEATURES_7,
    register: "edx",
    shown: false,
    bits: {
      ARCH_LBR: [19, "branch recording"],
      AMX_BF16: [22, "needs XCR0"],
      AVX512FP16: [23, "needs XCR0"],
      AMX_TILE: [24, "needs XCR0"],
      AMX_INT8: [25, "needs XCR0"],
      SPEC_CTRL: [26, "needs an MSR that is denied"],
      ARCH_CAPABILITIES: [29, "needs an MSR that is denied"],
    },
  },
  {
    leaf: FEATURES_EXTENDED,
    register: "edx",
    shown: true,
    bits: {
      ...BASIC,
      NX: [20, "no-execute pages; EFER is allowed"],
      MMXEXT: [22, "MMX arithmetic"],
      FFXSR: [25, "saving FPU and SSE state"],
      PDPE1GB: [26, "1 GiB pages"],
      RDTSCP: [27, "the guest's clock"],
      LM: [29, "long mode, in which the guest runs"],
    },
  },
  {
    leaf: FEATURES_EXTENDED,
    register: "edx",
    shown: false,
    bits: {
      SYSCALL: [11, "needs MSRs that are denied"],
    },
  },
  {
    leaf: FEATURES_EXTENDED,
    register: "ecx",
    shown: true,
    bits: {
      LAHF64: [0, "lahf and sahf"],
      LZCNT: [5, "bit counting"],
      SSE4A: [6, "vector arithmetic"],
      MISALIGNSSE: [7, "unaligned vector operands"],
      PREFETCHW: [8, "prefetching"],
    },
  },
  {
    leaf: FEATURES_EXTENDED,
    register: "ecx",
    shown: false,
    bits: {
      CMP_LEGACY: [1, "the machine has one processor"],
      SVM: [2, "no virtual machines inside"],
      EXTAPIC: [3, "the machine has no interrupt controller"],
      OSVW: [9, "needs MSRs that are denied"],
      IBS: [10, "performance sampling"],
      XOP: [11, "needs XCR0"],
      SKINIT: [12, "measured launch is the host's"],
      LWP: [15, "needs XCR0"],
      FMA4: [16, "needs XCR0"],
      TOPOEXT: [22, "the machine has one processor"],
      PERFCTR_CORE: [23, "performance counters"],
      PERFCTR_NB: [24, "performance counters"],
      DATA_BREAKPOINT: [26, "debug extensions"],
      PERF_TSC: [27, "performance counters"],
      PERFCTR_LLC: [28, "performance counters"],
      MONITORX: [29, "would hold the host's processor"],
    },
  },
];
