/**
 * Running a tender with a limit of memory, in a control group of its own.
 *
 * @module
 */
import { MEMORY_CGROUP } from "./memory_cgroup.ts";
import { type Ended, start, type TenderOptions } from "./tender.ts";

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

/** Runs `solo5 ARGS` with so much memory to its end. Needs "memory cgroup". */
export async function tenderWithMemory(
  bytes: number,
  args: readonly string[],
  options: Pick<TenderOptions, "env"> = {},
): Promise<Ended> {
  const { path, limits } = MEMORY_CGROUP!;
  const env = {
    ...options.env,
    GROUPS_PATH: path,
    LIMITS: limits.join(" "),
    LIMIT_BYTES: String(bytes),
  };
  const running = start(args, { shell: ENTER, env });
  try {
    return await running.end();
  } finally {
    const group = `${path}/solo5-test-${running.child.pid}`;
    await new Deno.Command("rmdir", { args: [group] }).output();
  }
}
