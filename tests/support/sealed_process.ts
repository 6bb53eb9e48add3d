/**
 * A process that seals itself as a tender does, with a policy that may lack a
 * rule, and then takes a path of the runtime's: `sealed` on standard error when the
 * seal is on, `lived` when the path is behind it.
 *
 * @module
 */
import { openFile } from "../../ffi/files.ts";
import type { NamedNeeds } from "../../src/contract/policy.ts";
import type { SandboxRequest } from "../../src/contract/sandbox.ts";
import { makePolicy } from "../../src/sandbox/policy.ts";
import { futureUser, seal } from "../../src/sandbox/seal.ts";
import { cutPolicy } from "./policy_cut.ts";
import { openPaths, PATHS, say } from "./sealed_paths.ts";
import type { SealedTask } from "./sealed_task.ts";

/** A descriptor above those that the seal needs for itself. */
function openNothing(): NamedNeeds {
  const descriptor = openFile("/dev/null", "read");
  return {
    by: "test",
    permits: [],
    descriptors: [{ descriptor, name: "/dev/null" }],
  };
}

if (import.meta.main) {
  const { path, cut } = JSON.parse(Deno.args[0]!) as SealedTask;
  openPaths();
  const chosen = PATHS[path];
  const whole = makePolicy([openNothing()]);
  const policy = cut === undefined ? whole : cutPolicy(whole, cut);
  const request: SandboxRequest = { level: "best-effort" };
  const user = futureUser(request);
  chosen.before?.();
  seal(policy, request, chosen.stays ? undefined : user, () => {});
  say("sealed");
  chosen.after();
  say("lived");
  Deno.exit(0);
}
