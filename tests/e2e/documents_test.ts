/**
 * Man pages and completions, read by the programs that they are for.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { documents } from "../../scripts/documents.ts";
import { ROOT, tenderEnvironment } from "../support/checkout.ts";
import { withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { guest } from "../support/tender.ts";

/** Writes them below a directory, with images beside them and `solo5` in PATH. */
function withDocuments(
  use: (directory: string, PATH: string) => Promise<void>,
): Promise<void> {
  return withDirectory(async (directory) => {
    for (const { path, text } of documents("0.1.0", new Date(0))) {
      const file = `${directory}/${path}`;
      await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    await Deno.mkdir(`${directory}/bin`);
    await Deno.mkdir(`${directory}/work/cores`, { recursive: true });
    await Deno.symlink(`${ROOT}scripts/solo5`, `${directory}/bin/solo5`);
    await Deno.symlink(guest("net"), `${directory}/work/net.hvt`);
    await Deno.writeTextFile(`${directory}/work/disk.img`, "");
    await use(directory, `${directory}/bin:${tenderEnvironment().PATH}`);
  });
}

async function output(
  argv: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<string> {
  const { code, stdout, stderr } = await program(argv, options).output();
  const text = new TextDecoder();
  assertEquals([text.decode(stderr), code], ["", 0]);
  return text.decode(stdout);
}

/** Every man page of a directory. */
function pagesOf(directory: string): string[] {
  const folder = `${directory}/share/man/man1`;
  return Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`);
}

hostTest(
  "mandoc finds nothing to say about any man page",
  ["mandoc"],
  () =>
    withDocuments(async (directory) => {
      assertEquals(await output(["mandoc", "-Tlint", ...pagesOf(directory)]), "");
    }),
);

hostTest(
  "man shows every page without a warning",
  ["man"],
  () =>
    withDocuments(async (directory) => {
      const env = { MANWIDTH: "80", LC_ALL: "C.UTF-8", PATH: tenderEnvironment().PATH };
      for (const page of pagesOf(directory)) {
        const shown = await output(["man", "--warnings", "-l", page], { env });
        const name = page.replace(/.*\/(.*)\.1$/, "$1").toUpperCase();
        assertMatch(shown, new RegExp(`^${name}\\(1\\)`));
        assertMatch(shown, /\nNAME\n +solo5/);
      }
    }),
);

/** Lines that are typed, and the only thing that they can become. */
const TYPED: readonly (readonly [line: string, done: string])[] = [
  ["solo5 ru", "solo5 run"],
  ["solo5 run --sand", "solo5 run --sandbox="],
  ["solo5 run --sandbox=st", "solo5 run --sandbox=strict"],
  ["solo5 run n", "solo5 run net.hvt"],
  ["solo5 run net.hvt --net:service0", "solo5 run net.hvt --net:service0="],
  ["solo5 run --block:", "solo5 run --block:0="],
  ["solo5 run --block:0=d", "solo5 run --block:0=disk.img"],
  ["solo5 run --dumpcore=c", "solo5 run --dumpcore=cores"],
  ["solo5 manifest sh", "solo5 manifest show"],
  ["solo5 manifest generate a -o d", "solo5 manifest generate a -o disk.img"],
  ["solo5 sandbox --bp", "solo5 sandbox --bpf"],
  ["solo5 help man", "solo5 help manifest"],
  ["solo5-hvt --me", "solo5-hvt --mem="],
  ["solo5-elftool gen", "solo5-elftool gen-manifest"],
];

/** Without what a shell puts behind a finished word or directory. */
function bare(line: string): string {
  return line.replace(/[ /]$/, "");
}

hostTest(
  "bash completes commands, flags, values, files and devices",
  ["bash"],
  () =>
    withDocuments(async (directory, PATH) => {
      // As readline calls it; it replaces what stands behind the last : or =.
      const script = `. "$1"; shift
for line in "$@"; do
  COMP_LINE=$line COMP_POINT=\${#line}
  _solo5
  kept=$line last=\${line##*[ :=]}
  printf '%s%s\\n' "\${kept%"$last"}" "\${COMPREPLY[*]}"
done`;
      const file = `${directory}/share/bash-completion/completions/solo5`;
      const argv = ["bash", "--norc", "-c", script, "bash", file];
      const text = await output([...argv, ...TYPED.map(([line]) => line)], {
        cwd: `${directory}/work`,
        env: { PATH },
      });
      assertEquals(text.trimEnd().split("\n").map(bare), TYPED.map(([, done]) => done));
    }),
);

hostTest(
  "bash runs nothing that stands in the line that it completes",
  ["bash"],
  () =>
    withDocuments(async (directory, PATH) => {
      const file = `${directory}/share/bash-completion/completions/solo5`;
      const script = `. "$1"; COMP_LINE=$2 COMP_POINT=\${#2}; _solo5; ls`;
      for (const word of ["--net$(touch x):", "--net:$(touch x)", "--mem=$(touch x)"]) {
        const argv = ["bash", "--norc", "-c", script, "bash", file, `solo5 run ${word}`];
        const options = { cwd: `${directory}/work`, env: { PATH } };
        assertEquals(await output(argv, options), "cores\ndisk.img\nnet.hvt\n");
      }
    }),
);

hostTest(
  "fish completes commands, flags, values, files and devices",
  ["fish"],
  () =>
    withDocuments(async (directory, PATH) => {
      const script = `source $argv[1]
for line in $argv[2..-1]
    set -l found (complete -C $line | string replace -r '\\t.*' '')
    echo (string replace -r '[^ ]*$' '' -- $line)"$found"
end`;
      const file = `${directory}/share/fish/vendor_completions.d/solo5.fish`;
      const argv = ["fish", "--no-config", "-c", script, file];
      const text = await output([...argv, ...TYPED.map(([line]) => line)], {
        cwd: `${directory}/work`,
        env: { PATH, HOME: directory },
      });
      assertEquals(text.trimEnd().split("\n").map(bare), TYPED.map(([, done]) => done));
    }),
);

hostTest(
  "zsh completes commands, flags, values, files and devices",
  ["zsh"],
  () =>
    withDocuments(async (directory, PATH) => {
      const argv = ["zsh", "-f", `${ROOT}tests/support/zpty.zsh`];
      const text = await output([...argv, ...TYPED.map(([line]) => line)], {
        cwd: `${directory}/work`,
        env: { PATH, SITE: `${directory}/share/zsh/site-functions`, TERM: "dumb" },
      });
      assertEquals(text.trimEnd().split("\n").map(bare), TYPED.map(([, done]) => done));
    }),
);

hostTest(
  "deno task documents writes them with the date that it is given",
  [],
  () =>
    withDirectory(async (directory) => {
      const call = (args: string[], env: Record<string, string>) =>
        program(
          [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=documents"]
            .concat("scripts/documents.ts", args),
          { cwd: ROOT, env },
        ).output();
      const given = { SOURCE_DATE_EPOCH: "86400" };
      const { code } = await call([`--out=${directory}/a`], given);
      const page = await Deno.readTextFile(`${directory}/a/share/man/man1/solo5.1`);
      assertEquals([code, page.includes("1970-01-02")], [0, true]);
      for (
        const [args, env] of [[[], given], [["--out="], given], [["--what"], given], [
          [`--out=${directory}/b`],
          { SOURCE_DATE_EPOCH: "now" },
        ]] as const
      ) {
        const { code, stderr } = await call([...args], env);
        assertMatch(new TextDecoder().decode(stderr), /^documents: [^\n]*\n$/);
        assertEquals(code, 1);
      }
      assertEquals(Array.from(Deno.readDirSync(directory), ({ name }) => name), ["a"]);
    }),
);
