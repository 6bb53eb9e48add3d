/**
 * Builds that come to nothing: what they say, and that nothing is left of them.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { callBuild } from "../support/compiled.ts";
import { namesIn, withDirectory } from "../support/directory.ts";
import { hostTest } from "../support/needs.ts";

const REFUSED:
  readonly (readonly [args: string[], env: Record<string, string>, sentence: RegExp])[] =
    [
      [
        ["--target=vax"],
        {},
        /^build: target "vax": is not known; give one of x86_64-unknown/,
      ],
      [
        ["--modules=net,tape"],
        {},
        /^build: --modules=net,tape: there is no module "tape"; give some of net,/,
      ],
      [["--fast"], {}, /^build: --fast: is not an option of this task; usage: /],
      [
        [],
        { DENORT_BIN: "/nonexistent/denort" },
        /^build: DENORT_BIN=\/nonexistent\/denort: cannot be read [^\n]*; unpack https:\/\/[^ ]*\/denort-x86_64-unknown-linux-gnu\.zip, and name the denort that is in it\n$/,
      ],
      [
        ["--target=aarch64-unknown-linux-gnu"],
        {},
        /^build: DENORT_BIN=[^\n]* is no runtime for aarch64-unknown-linux-gnu; unpack https:\/\/[^ ]*denort-aarch64-unknown-linux-gnu\.zip,/,
      ],
      [
        ["--target=x86_64-pc-windows-msvc"],
        {},
        /^build: DENORT_BIN=[^\n]* is no runtime for x86_64-pc-windows-msvc; unpack /,
      ],
    ];

for (const [args, env, sentence] of REFUSED) {
  const call = [...args, ...Object.entries(env).map((each) => each.join("="))].join(" ");
  hostTest(`a build is refused with a sentence, and leaves nothing: ${call}`, [
    "DENORT_BIN",
  ], () =>
    withDirectory(async (directory) => {
      const ended = await callBuild([...args, `--out=${directory}/out`], { env });
      assertMatch(ended.stderr, sentence);
      assertMatch(ended.stderr, /^[^\n]*\n$/);
      assertEquals([ended.status, ended.stdout], [1, ""]);
      assertEquals(namesIn(directory), []);
    }));
}

hostTest(
  "a build whose runtime cannot be had says which file is missing, and leaves nothing",
  [
    "root",
    "DENORT_BIN",
  ],
  () =>
    withDirectory(async (directory) => {
      const ended = await callBuild([`--out=${directory}/out`], {
        before: ["unshare", "-n", "env", "-u", "DENORT_BIN"],
      });
      assertMatch(
        ended.stderr,
        /^build: denort-x86_64-unknown-linux-gnu\.zip: [^\n]* cannot be had from https:[^\n]*; [^\n]* DENORT_BIN\n$/,
      );
      assertEquals([ended.status, ended.stdout], [1, ""]);
      assertEquals(namesIn(directory), []);
    }),
);

hostTest(
  "a build that finds the disk full leaves nothing",
  ["root", "DENORT_BIN"],
  () =>
    withDirectory(async (directory) => {
      const script =
        'mount -t tmpfs -o size=32m none "$0" && "$@"; s=$?; ls -A "$0"; exit $s';
      const ended = await callBuild([`--out=${directory}`], {
        before: ["unshare", "-m", "sh", "-c", script, directory],
      });
      assertMatch(
        ended.stderr,
        /^build: [^\n]*(ENOSPC|No space left)[^\n]*; make room[^\n]*\n$/,
      );
      assertEquals([ended.status, ended.stdout], [1, ""]);
    }),
);

/** Ends what it starts and all that this starts, once it works in a folder that matches. */
const INTERRUPTED = `setsid "$@" &
until ls -d $0 >/dev/null 2>&1 || ! kill -s 0 $!; do sleep 0.01; done
kill -s TERM -- -$!
wait $!`;

for (
  const [moment, folder] of [
    ["bundles", "out/.build-*"],
    ["compiles", "out/.build-*/made/program"],
  ] as const
) {
  hostTest(`a build that is interrupted while it ${moment} leaves nothing`, [
    "DENORT_BIN",
  ], () =>
    withDirectory(async (directory) => {
      const ended = await callBuild([`--out=${directory}/out`], {
        before: ["sh", "-c", INTERRUPTED, `${directory}/${folder}`],
        env: { TMPDIR: directory },
      });
      assert(ended.status !== 0, ended.stdout);
      assertEquals(namesIn(directory), []);
    }));
}

hostTest(
  "a build is made in a folder of any name",
  ["DENORT_BIN"],
  () =>
    withDirectory(async (directory) => {
      const out = `${directory}/a #%41?`;
      const built = await callBuild([`--out=${out}`, "--modules="]);
      assertEquals([built.status, built.stderr], [0, ""]);
      assertEquals(namesIn(directory), ["a #%41?"]);
      assertEquals(namesIn(out).length, 4);
    }),
);
