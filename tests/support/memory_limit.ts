/**
 * Running a tender with a limit of memory, in a control group of its own.
 *
 * @module
 */
import { MEMORY_CGROUP } from "./memory_cgroup.ts";
import { readProc } from "./proc.ts";
import { type Ended, start } from "./tender.ts";

/** What a shell does to get into a group of its own, named after its process. */
const ENTER = `set -e
group=$GROUPS_PATH/solo5-test-$$
if [ -e $GROUPS_PATH/cgroup.subtree_control ]; then
  echo +memory >$GROUPS_PATH/cgroup.subtree_control
fi
mkdir $group
for limit in $LIMITS; do
  if [ -e $group/$limit ]; then echo $LIMIT_BYTES >$group/$limit; fi
done
echo $$ >$group/cgroup.procs
exec "$@"`;

/** What a finished tender left, and whether the kernel killed it for its memory. */
interface Limited extends Ended {
  readonly killedForMemory: boolean;
}

/** Runs `solo5 ARGS` with so much memory to its end. Needs "memory cgroup". */
export async function tenderWithMemory(
  bytes: number,
  args: readonly string[],
): Promise<Limited> {
  const { path, limits, kills } = MEMORY_CGROUP!;
  const env = {
    GROUPS_PATH: path,
    LIMITS: limits.join(" "),
    LIMIT_BYTES: String(bytes),
  };
  const running = start(args, { shell: ENTER, env });
  const group = `${path}/solo5-test-${running.child.pid}`;
  try {
    const ended = await running.end();
    const killedForMemory = /^oom_kill [1-9]/m.test(readProc(`${group}/${kills}`));
    return { ...ended, killedForMemory };
  } finally {
    await new Deno.Command("rmdir", { args: [group] }).output();
  }
}
