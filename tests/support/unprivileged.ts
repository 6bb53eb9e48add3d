/**
 * Running the checkout as a user without rights: on a machine where only root
 * may use the devices, and where the checkout may be out of others' sight. Each
 * run has mounts of its own; nothing of the machine is changed.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";
import { guest, type TenderOptions } from "./tender.ts";
import type { Rights } from "./without_rights.ts";

/** A user that no user database knows, as systemd makes them (`DynamicUser=`). */
export const USER = 61234;
/** The group that may use `/dev/kvm`, as distributions have it. */
export const KVM_GROUP = 61235;

/** How such a run differs from an ordinary user's. */
export interface Circumstances {
  /** Its groups beside its own; that of KVM if not given. */
  readonly groups?: readonly number[];
  /** Access to `/dev/net/tun`; everybody's, as distributions have it, if not given. */
  readonly tunMode?: "600" | "666";
  /** Whether nothing can be written anywhere. */
  readonly readOnly?: boolean;
  /** Variables; a home that can be written if not given. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What a service manager passes: names, and descriptors that children inherit. */
  readonly listen?: Rights["listen"];
}

/** Mounts, as root, in a namespace of the run's own; then what the rest says. */
const SETUP = `set -e
mount -o bind "$AREA" "$AREA"
mount -t tmpfs -o mode=755 none "$AREA/dev"
mknod -m 660 "$AREA/dev/kvm" c 10 232
chown 0:${KVM_GROUP} "$AREA/dev/kvm"
mknod -m "$TUN_MODE" "$AREA/dev/tun" c 10 200
mount -o bind "$AREA/dev/kvm" /dev/kvm
mount -o bind "$AREA/dev/tun" /dev/net/tun
mount -o bind "$DENO" "$AREA/bin/deno"
if [ "$READ_ONLY" ]; then
  mount -o remount,bind,ro "$AREA"
  mount -o remount,bind,ro /
fi
exec "$DENO" run --quiet --no-prompt --no-config --allow-ffi "$WITHOUT_RIGHTS" "$@"`;

let area: Promise<string> | undefined;

/**
 * A folder that everybody can read, ending in `/`: the program in `solo5/`,
 * guests, and the user's home.
 */
export function openArea(): Promise<string> {
  area ??= makeArea();
  return area;
}

async function makeArea(): Promise<string> {
  const path = await Deno.makeTempDir({ prefix: "solo5-area-" });
  addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
  for (const folder of ["bin", "dev", "home", "solo5"]) {
    await Deno.mkdir(`${path}/${folder}`);
  }
  await Deno.writeFile(`${path}/bin/deno`, new Uint8Array());
  const parts = ["mod.ts", "src", "ffi", "scripts"].map((part) => ROOT + part);
  await run("cp", "-r", ...parts, `${path}/solo5`);
  await run("cp", ...["hello", "demo", "block", "spin"].map(guest), path);
  await run("chmod", "-R", "a+rX", path);
  await run("chown", String(USER), `${path}/home`);
  return `${path}/`;
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}

/** Has a tender run as {@link USER}. Needs root. */
export async function unprivileged(
  circumstances: Circumstances = {},
): Promise<TenderOptions> {
  const path = await openArea();
  const { groups = [KVM_GROUP], tunMode = "666", readOnly = false } = circumstances;
  const rights: Rights = {
    user: USER,
    groups,
    variables: {
      PATH: `${path}bin:/usr/bin:/bin`,
      ...circumstances.variables ?? { HOME: `${path}home` },
    },
    listen: circumstances.listen ?? [],
  };
  return {
    root: `${path}solo5/`,
    shell: `exec unshare -m sh -c '${SETUP}' sh "$@"`,
    env: {
      AREA: path.slice(0, -1),
      DENO: Deno.execPath(),
      TUN_MODE: tunMode,
      READ_ONLY: readOnly ? "1" : "",
      WITHOUT_RIGHTS: `${ROOT}tests/support/without_rights.ts`,
      RIGHTS: JSON.stringify(rights),
    },
  };
}
