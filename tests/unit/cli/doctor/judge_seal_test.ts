import { judgeTests, REFUSAL } from "../../../support/host_facts.ts";

judgeTests([
  [
    "something has to be there for the seal",
    { sealing: [REFUSAL] },
    "missing",
    "X",
    /cannot; mend it/,
  ],
  [
    "filters cannot kill a process",
    { filterActions: ["kill", "errno", "allow"] },
    "missing",
    "system call filter",
    /no kill_process/,
  ],
  [
    "there is no Landlock",
    { landlockAbi: 0 },
    "warning",
    "Landlock",
    /none.*: cat \/sys\/kernel\/security\/lsm/,
  ],
  [
    "Landlock is the thread's",
    { landlockAbi: 7 },
    "warning",
    "Landlock",
    /ABI 7.*--sandbox=strict/,
  ],
  [
    "root becomes nobody",
    { euid: 0, user: { becomes: { uid: 65534, gid: 65534 } } },
    "ok",
    "user",
    /uid 65534/,
  ],
  ["root has no capabilities", { euid: 0 }, "warning", "user", /cannot become/],
  [
    "this process has too many rights",
    { user: REFUSAL },
    "missing",
    "X",
    /cannot; mend it/,
  ],
  [
    "a layer is the thread's",
    { layers: [{ name: "mounts", reach: "partial", detail: "own" }] },
    "warning",
    "seal, mounts",
    /in the guest's thread only: own;/,
  ],
  [
    "a layer is missing",
    { layers: [{ name: "mounts", reach: "missing", detail: "too little" }] },
    "warning",
    "seal, mounts",
    /missing: too little;/,
  ],
  ["strict is refused", { strict: REFUSAL }, "warning", "X", /cannot; mend it/],
  [
    "users cannot make namespaces",
    { userNamespaces: 0 },
    "warning",
    "user namespaces",
    /: sudo sysctl user/,
  ],
]);
