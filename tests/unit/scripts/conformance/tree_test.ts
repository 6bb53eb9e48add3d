import { assertEquals, assertThrows } from "@std/assert";
import { openCheckout } from "../../../../scripts/conformance/checkout.ts";
import { makeconf, makeTree, programPath } from "../../../../scripts/conformance/tree.ts";
import { OperatorError } from "../../../../src/errors.ts";

const PROGRAMS = [
  "tenders/hvt/solo5-hvt",
  "tenders/hvt/solo5-hvt-debug",
  "elftool/solo5-elftool",
];

/** A folder that looks like a checkout that was built. */
async function withCheckout(fn: (path: string, directory: string) => void) {
  const directory = await Deno.makeTempDir();
  const path = `${await Deno.realPath(directory)}/it's solo5`;
  const files = ["Makeconf.sh", "tests/test_hello/test_hello.hvt", ...PROGRAMS];
  for (const file of files) {
    await Deno.mkdir(`${path}/${file.replace(/\/?[^/]*$/, "")}`, { recursive: true });
    await Deno.writeTextFile(`${path}/${file}`, file);
  }
  await Deno.writeTextFile(`${path}/tests/tests.bats`, '@test "hello hvt" {\n}\n');
  try {
    fn(path, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("openCheckout() returns path and tests when the checkout was built", () =>
  withCheckout((path) => {
    assertEquals(openCheckout(path), { path, tests: ["hello hvt"] });
  }));

Deno.test("openCheckout() says what to do when the folder is no checkout", () =>
  withCheckout((path) => {
    Deno.removeSync(`${path}/tests/tests.bats`);
    assertThrows(
      () => openCheckout(path),
      OperatorError,
      `--solo5=${path}: there is no tests/tests.bats; give the folder of a Solo5 checkout`,
    );
  }));

Deno.test("openCheckout() says what to do when the checkout was not built", () =>
  withCheckout((path) => {
    Deno.removeSync(`${path}/${PROGRAMS[1]}`);
    assertThrows(
      () => openCheckout(path),
      OperatorError,
      `--solo5=${path}: it was not built, ${PROGRAMS[1]} is missing; run ./configure.sh`,
    );
  }));

Deno.test("makeTree() puts our program in all three places when it is given one", () =>
  withCheckout((path, directory) => {
    const tree = makeTree(`${directory}/run`, openCheckout(path), "/our/program");
    assertEquals(
      PROGRAMS.map((place) => Deno.readLinkSync(`${tree.root}/${place}`)),
      PROGRAMS.map(() => "/our/program"),
    );
    assertEquals(
      programPath(tree, "solo5-elftool"),
      `${tree.root}/elftool/solo5-elftool`,
    );
    const guest = `${tree.root}/tests/test_hello/test_hello.hvt`;
    assertEquals(Deno.realPathSync(guest), `${path}/tests/test_hello/test_hello.hvt`);
  }));

Deno.test("makeTree() links the checkout's own programs when it is given none", () =>
  withCheckout((path, directory) => {
    const tree = makeTree(`${directory}/run`, openCheckout(path), undefined);
    assertEquals(
      PROGRAMS.map((place) => Deno.realPathSync(`${tree.root}/${place}`)),
      PROGRAMS.map((place) => `${path}/${place}`),
    );
  }));

Deno.test("makeconf() quotes names and path for the shell when they have a quote", () => {
  const checkout = { path: "/it's", tests: [] };
  assertEquals(
    makeconf(checkout, ["blk odd hvt", "it's hvt"]),
    `. '/it'\\''s/Makeconf.sh'
case $BATS_TEST_DESCRIPTION in
'blk odd hvt' | 'it'\\''s hvt') ;;
*) skip "not chosen" ;;
esac
`,
  );
});
