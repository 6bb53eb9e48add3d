/**
 * The library: stages without a command line, and its documented example.
 *
 * @module
 */
import { closeFile, openFile } from "../../ffi/files.ts";
import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bind,
  build,
  ImageError,
  openImageFile,
  OperatorError,
  readImage,
} from "../../mod.ts";
import { hostTest } from "../support/needs.ts";
import { program } from "../support/programs.ts";
import { ROOT } from "../support/checkout.ts";
import { guest } from "../support/tender.ts";

/** These guests share their process with the tests. */
const OPEN = { level: "off" } as const;

hostTest("the stages run one guest after the other in one process", ["KVM"], async () => {
  for (const status of [0, 7, 255]) {
    const image = readImage(openImageFile(guest("exit")));
    const request = { memoryMebibytes: 2, arguments: [String(status)] };
    const machine = await build(bind(image, request));
    assertEquals(machine.seal(OPEN).run(), status);
    machine.close();
  }
});

/** The lowest number that is free: higher once something was left open. */
function nextDescriptor(): number {
  const descriptor = openFile("/dev/null", "read");
  closeFile(descriptor);
  return descriptor;
}

hostTest("building leaves no descriptor behind when it fails", ["KVM"], async () => {
  const before = nextDescriptor();
  const image = readImage(openImageFile(guest("block")));
  const block = [{ device: "disk", file: { path: "/not/there" } }];
  const error = await assertRejects(
    () => build(bind(image, { block })),
    OperatorError,
  );
  assertStringIncludes(error.message, "--block:disk=/not/there: open: ENOENT");
  assertEquals(nextDescriptor(), before);
});

hostTest("a second guest at the same time is refused, and the first runs on", [
  "KVM",
], async () => {
  const built = () => {
    const image = readImage(openImageFile(guest("exit")));
    return build(bind(image, { memoryMebibytes: 2, arguments: ["9"] }));
  };
  const first = await built();
  const before = nextDescriptor();
  await assertRejects(built, Error, "this process: has a guest already");
  assertEquals(nextDescriptor(), before);
  assertEquals(first.seal(OPEN).run(), 9);
  first.close();
});

hostTest("a guest runs once, and not after it was closed", ["KVM"], async () => {
  const built = () => {
    const image = readImage(openImageFile(guest("exit")));
    return build(bind(image, { memoryMebibytes: 2, arguments: ["3"] }));
  };
  const machine = await built();
  const sealed = machine.seal(OPEN);
  assertThrows(() => machine.seal(OPEN), Error, "was run or closed before");
  assertEquals(sealed.run(), 3);
  assertThrows(() => sealed.run(), Error, "was run or closed before");
  machine.close();
  machine.close();
  const closed = await built();
  closed.close();
  assertThrows(() => closed.seal(OPEN), Error, "was run or closed before");
});

Deno.test("an image that is refused leaves no descriptor behind", () => {
  const before = nextDescriptor();
  assertThrows(() => readImage(openImageFile(`${ROOT}README.md`)), ImageError);
  assertEquals(nextDescriptor(), before);
});

Deno.test("bind() refuses a request that asks for nothing", () => {
  const image = readImage(openImageFile(guest("exit")));
  const error = assertThrows(
    () => bind(image, { net: [{ device: "x" }] }),
    OperatorError,
  );
  assertStringIncludes(error.message, 'a request for "x" asks for nothing');
  image.source.close();
});

Deno.test("bind() refuses values that no flag could give", () => {
  const image = readImage(openImageFile(guest("net")));
  const net = [
    { device: "0", tap: { interface: "a/b" }, mac: new Uint8Array(6) },
    { device: "1", tap: { interface: "tap1" }, mac: Uint8Array.of(1, 2, 3) },
  ];
  const error = assertThrows(
    () => bind(image, { net, memoryMebibytes: 1.5, arguments: ["a\0b"] }),
    OperatorError,
  );
  for (
    const words of ['"a/b"', '"service0" is bad', '"service1" is bad', "--mem=1.5", "NUL"]
  ) {
    assertStringIncludes(error.message, words);
  }
  image.source.close();
});

Deno.test("readImage() says what is wrong with a file", () => {
  const source = openImageFile(`${ROOT}README.md`);
  const error = assertThrows(() => readImage(source), ImageError);
  assertEquals(error.defect.structure, "ELF header, magic");
  source.close();
});

hostTest("the example in examples/ runs a guest", ["KVM"], async () => {
  const { stdout, stderr, code } = await program([
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-ffi",
    `${ROOT}examples/run_guest.ts`,
    guest("hello"),
  ]).output();
  assertStringIncludes(new TextDecoder().decode(stdout), "Hello, world\n");
  assertEquals(new TextDecoder().decode(stderr), "ended with status 0\n");
  assertEquals(code, 0);
});
