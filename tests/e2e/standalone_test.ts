/**
 * The executable on a host that has nothing of ours: no Deno, no Node, no home,
 * nothing that can be written, an ordinary user of the group that may use KVM.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { compiledProgram } from "../support/compiled.ts";
import { withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { guest } from "../support/tender.ts";

/** A user and a group that no user database knows. */
const USER = 61234, KVM_GROUP = 61235;

/**
 * A root folder with a C library, the devices and the program, read-only, in
 * mounts of its own; then the rest of the words, there and as that user.
 */
const HOST = `set -e
root=$1 program=$2 guests=$3 how=$4; shift 4
mount -t tmpfs -o mode=755 none "$root"
mkdir -p "$root/lib64" "$root/lib" "$root/dev" "$root/proc" "$root/guests" "$root/usr/lib"
for file in $(ldd "$program" | grep -o '/[^ ]*'); do
  mkdir -p "$root\${file%/*}"
  cp -L "$file" "$root$file"
done
touch "$root/solo5" "$root/dev/null" "$root/dev/kvm"
ln -s solo5 "$root/solo5-hvt"
mknod -m 660 "$root/kvm" c 10 232
chown 0:${KVM_GROUP} "$root/kvm"
mount -o bind "$root/kvm" "$root/dev/kvm"
mount -o bind /dev/null "$root/dev/null"
mount -o bind "$program" "$root/solo5"
cp "$guests"/hello.hvt "$guests"/exit.hvt "$guests"/block.hvt "$root/guests"
chmod 644 "$root"/guests/*
mount -t proc none "$root/proc"
for part in /solo5 ""; do mount -o remount,bind,ro "$root$part"; done
chroot=$(PATH=$PATH:/usr/sbin command -v chroot)
command="$chroot --userspec=${USER}:${USER} --groups=${KVM_GROUP} $root"
case $how in
  closed) exec env -i $command "$@" <&- >&- 2>&- ;;
  *) exec env -i $command "$@" ;;
esac`;

async function runThere(how: "open" | "closed", ...words: string[]) {
  const result = { status: -1, stdout: "", stderr: "" };
  const program = await compiledProgram();
  await withDirectory(async (root) => {
    const guests = guest("hello").replace(/\/[^/]*$/, "");
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-m", "sh", "-c", HOST, "sh", root, program, guests, how, ...words],
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    result.status = code;
    result.stdout = text.decode(stdout);
    result.stderr = text.decode(stderr);
  });
  return result;
}

const NEEDS = ["KVM", "root", "DENORT_BIN"] as const;

hostTest("a guest runs on a host with nothing but a C library", NEEDS, async () => {
  const ended = await runThere("open", "/solo5", "run", "/guests/hello.hvt", "there");
  assertMatch(ended.stdout, /^Hello, there\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest("solo5-hvt is a link to the program on such a host", NEEDS, async () => {
  const ended = await runThere("open", "/solo5-hvt", "/guests/hello.hvt", "there");
  assertMatch(ended.stdout, /^Hello, there\n/);
  assertEquals([ended.stderr, ended.status], ["", 0]);
});

hostTest(
  "a guest's status comes through where every stream is closed",
  NEEDS,
  async () => {
    const ended = await runThere("closed", "/solo5", "run", "/guests/exit.hvt", "77");
    assertEquals(ended, { status: 77, stdout: "", stderr: "" });
  },
);

hostTest("what is missing on such a host is said in one sentence", NEEDS, async () => {
  const ended = await runThere("open", "/solo5", "run", "/guests/block.hvt");
  assertMatch(ended.stderr, /^solo5: [^\n]*--block:[^\n]*; [^\n]*\n$/);
  assertEquals([ended.stdout, ended.status], ["", 1]);
});

hostTest("images are looked at and manifests shown on such a host", NEEDS, async () => {
  for (const words of [["inspect"], ["manifest", "show"], ["manifest", "abi"]]) {
    const ended = await runThere("open", "/solo5", ...words, "/guests/hello.hvt");
    assertEquals([ended.stderr, ended.status], ["", 0], words.join(" "));
  }
});
