import { assertEquals } from "@std/assert";
import {
  EndedByDebugger,
  EndedBySignal,
  GuestFault,
  ImageError,
  OperatorError,
  printable,
} from "../../src/errors.ts";

Deno.test("OperatorError says thing, problem and remedy when it is made", () => {
  const error = new OperatorError("--mem=1", "is too little", "give more");
  assertEquals(error.message, "--mem=1: is too little; give more");
  assertEquals([error.name, error.status], ["OperatorError", 1]);
});

Deno.test("OperatorError is one line when its parts are several", () => {
  const error = new OperatorError("a\nb", "c\r\nd", "e\u2028f");
  assertEquals(/[\r\n\u2028]/.test(error.message), false);
});

const DEFECT = { file: "app.elf", structure: "ELF header", found: "1", expected: "2" };
const REMEDY = "give a unikernel built for Solo5's hvt target on x86_64";

const SENTENCES = [
  [DEFECT, `app.elf: ELF header: found 1, expected 2; ${REMEDY}`],
  [
    { ...DEFECT, offset: 0 },
    `app.elf: ELF header at offset 0x0: found 1, expected 2; ${REMEDY}`,
  ],
  [
    { ...DEFECT, offset: 0x1_2345_6789 },
    `app.elf: ELF header at offset 0x123456789: found 1, expected 2; ${REMEDY}`,
  ],
  [
    { ...DEFECT, remedy: "fetch it again" },
    "app.elf: ELF header: found 1, expected 2; fetch it again",
  ],
  [
    { ...DEFECT, file: "a\x1b[31m.elf", found: "\0" },
    `a\\x1b[31m.elf: ELF header: found \\x00, expected 2; ${REMEDY}`,
  ],
] as const;

for (const [defect, sentence] of SENTENCES) {
  Deno.test(`ImageError says where, found and expected when it is "${sentence}"`, () => {
    const error = new ImageError(defect);
    assertEquals(error.message, sentence);
    assertEquals(error.defect, defect);
    assertEquals([error.name, error.status], ["ImageError", 1]);
  });
}

Deno.test("GuestFault says where the guest was when that is known", () => {
  const fault = new GuestFault("it halted");
  assertEquals(
    fault.sentence,
    "guest fault: it halted; the unikernel has to be mended",
  );
  fault.rip = 0x10_0000n;
  assertEquals(
    fault.sentence,
    "guest fault at rip=0x100000: it halted; the unikernel has to be mended",
  );
  assertEquals([fault.name, fault.message, fault.status], ["GuestFault", "it halted", 1]);
});

Deno.test("GuestFault keeps the address when it is made with 0", () => {
  assertEquals(new GuestFault("x", 0n).sentence.includes("at rip=0x0:"), true);
});

Deno.test("EndedBySignal says the number when a signal has come", () => {
  const error = new EndedBySignal(15);
  assertEquals(error.message, "Exiting on signal 15");
  assertEquals([error.name, error.signal, error.status], ["EndedBySignal", 15, 1]);
});

const TEXTS = [
  ["", ""],
  ["plain é ü 日本 😀", "plain é ü 日本 😀"],
  ["\0\x01\x1f", "\\x00\\x01\\x1f"],
  ["a\nb\tc\r", "a\\x0ab\\x09c\\x0d"],
  ["\x1b[2J", "\\x1b[2J"],
  ["caf\udce9 \ud800", "caf\\xe9 \\ud800"],
  ["\x7e\x7f\x80\x9f\xa0", "\x7e\\x7f\\x80\\x9f\xa0"],
  ["soft\xad hyphen", "soft\\xad hyphen"],
  ["\u061c\u200b\u202e\u2066\ufeff", "\\u061c\\u200b\\u202e\\u2066\\ufeff"],
  ["\u0600", "\\u0600"],
  ["tag \u{e0001}", "tag \\u{e0001}"],
] as const;

for (const [text, expected] of TEXTS) {
  Deno.test(`printable() returns what a terminal may show when the text is ${JSON.stringify(text)}`, () => {
    assertEquals(printable(text), expected);
  });
}

Deno.test("printable() leaves no line or paragraph separator when the text has one", () => {
  assertEquals(/[\u2028\u2029]/.test(printable("a\u2028b\u2029c")), false);
});

Deno.test("EndedByDebugger has status 1 when it is made", () => {
  const error = new EndedByDebugger("Debugger asked us to quit");
  assertEquals(error.message, "Debugger asked us to quit");
  assertEquals([error.name, error.status], ["EndedByDebugger", 1]);
});
