/**
 * This machine's own system, a Debian, to install packages in: what is changed
 * there is in memory, and gone at the end.
 *
 * @module
 */

/** What a step of a visit printed, both streams together, and its status. */
export interface StepResult {
  /** Its exit status. */
  readonly status: number;
  /** What it printed. */
  readonly text: string;
}

/** What is done there. */
export interface Visit {
  /** Files that are put into `/srv`, by their paths here. */
  readonly files: readonly string[];
  /** Shell commands, by names for their results, one after the other in `/srv`. */
  readonly steps: Readonly<Record<string, string>>;
  /** Whether the system is started first, with systemd as process 1. */
  readonly booted?: boolean;
}

/** Mounts, in a namespace of the visit's own: the system with a layer over it. */
const SETUP = `set -e
cd "$WORK"
mkdir layer
mount -t tmpfs none layer
mkdir layer/upper layer/work layer/tree
tree=$WORK/layer/tree
mount -t overlay none -o "lowerdir=/,upperdir=layer/upper,workdir=layer/work" "$tree"
mount -t proc none "$tree/proc"
mount -o bind /sys "$tree/sys"
for folder in run tmp dev; do mount -t tmpfs -o mode=755 none "$tree/$folder"; done
cd "$tree/dev"
mkdir net pts shm
mount -t devpts none pts
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 net/tun:10:200; do
  IFS=: read -r name major minor <<END
$node
END
  mknod -m 666 "$name" c "$major" "$minor"
done
mknod -m 660 kvm c 10 232
ln -s /proc/self/fd fd
mount -o bind "$WORK/srv" "$tree/srv"
cd "$tree"
`;

const VISIT = `${SETUP}
exec chroot . /bin/sh /srv/steps
`;

/** The unit that does the steps, where systemd is started; it then ends all. */
const UNIT = `[Unit]
DefaultDependencies=no
Requires=systemd-journald.service
After=systemd-journald.service

[Service]
Type=oneshot
ExecStart=/bin/sh /srv/steps
ExecStopPost=/bin/systemctl halt --force --force
`;

/**
 * In a control group of its own, below which systemd makes those of its units, and
 * with the tree as root: none in a `chroot` may make a namespace of users.
 */
const BOOT = `${SETUP}
cp srv/visit.service etc/systemd/system/visit.service
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$groups$(sed -n 's/^0:://p' /proc/self/cgroup)/solo5-visit.$$
mkdir "$group"
env -i group="$group" container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c '
  echo $$ >"$group/cgroup.procs"
  exec unshare --mount --cgroup --pid --fork --uts --ipc --net --kill-child sh -ec "
    mount -t cgroup2 none sys/fs/cgroup
    mount -t proc none proc
    mkdir run/host
    pivot_root . run/host
    umount --lazy /run/host
    exec /lib/systemd/systemd --unit=visit.service"' || true
find "$group" -depth -type d -exec rmdir {} +
`;

/** How long a visit may take. */
const LIMIT_MS = 120_000;

function stepsScript(steps: readonly string[]): string {
  const each = steps.map((step, index) =>
    `(\n${step}\n) >/srv/out.${index} 2>&1 </dev/null\necho $? >/srv/status.${index}\n`
  );
  return `export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin\ncd /srv\n${each.join("")}`;
}

/**
 * Does the steps there. Needs root, and an overlay.
 *
 * @throws {Error} where they could not all be done, with what was said
 */
export async function visitDebian<Name extends string>(
  { files, steps, booted = false }: Visit & {
    readonly steps: Readonly<Record<Name, string>>;
  },
): Promise<Record<Name, StepResult>> {
  const work = await Deno.makeTempDir({ prefix: "solo5-debian-" });
  try {
    const srv = `${work}/srv`;
    await Deno.mkdir(srv);
    await Deno.chmod(srv, 0o755);
    for (const file of files) {
      const copy = `${srv}/${file.slice(file.lastIndexOf("/") + 1)}`;
      await Deno.copyFile(file, copy);
      await Deno.chmod(copy, 0o644);
    }
    await Deno.writeTextFile(`${srv}/steps`, stepsScript(Object.values(steps)));
    await Deno.writeTextFile(`${srv}/visit.service`, UNIT);
    const { stderr } = await new Deno.Command("unshare", {
      args: ["-m", "sh", "-c", booted ? BOOT : VISIT],
      env: { WORK: work },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
    const read = async (name: string, index: number): Promise<[string, StepResult]> => {
      const status = Number(await Deno.readTextFile(`${srv}/status.${index}`));
      return [name, { status, text: await Deno.readTextFile(`${srv}/out.${index}`) }];
    };
    try {
      const results = Object.keys(steps).map((name, index) => read(name, index));
      return Object.fromEntries(await Promise.all(results)) as Record<Name, StepResult>;
    } catch (cause) {
      throw new Error(new TextDecoder().decode(stderr), { cause });
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

const found = new Map<boolean, boolean>();

/**
 * Whether this machine is a Debian that lets such a system be made; found out
 * once, by doing it.
 *
 * @param booted whether systemd has to start there too
 */
export function canVisit(booted: boolean): boolean {
  const can = found.get(booted) ?? tryVisit(booted);
  found.set(booted, can);
  return can;
}

function tryVisit(booted: boolean): boolean {
  try {
    const work = Deno.makeTempDirSync();
    try {
      Deno.mkdirSync(`${work}/srv`);
      Deno.writeTextFileSync(
        `${work}/srv/steps`,
        "dpkg --version && systemd-sysusers --version && echo >/srv/done\n",
      );
      Deno.writeTextFileSync(`${work}/srv/visit.service`, UNIT);
      const limited = ["timeout", "-s", "KILL", "20", "sh", "-c"];
      new Deno.Command("unshare", {
        args: ["-m", ...limited, booted ? BOOT : VISIT],
        env: { WORK: work },
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).outputSync();
      return [...Deno.readDirSync(`${work}/srv`)].some(({ name }) => name === "done");
    } finally {
      Deno.removeSync(work, { recursive: true });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
