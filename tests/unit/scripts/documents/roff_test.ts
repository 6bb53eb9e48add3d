import { assertEquals, assertThrows } from "@std/assert";
import {
  bold,
  escapeRoff,
  italic,
  markUp,
  roffLine,
} from "../../../../scripts/documents/roff.ts";

const ESCAPED: readonly (readonly [text: string, escaped: string])[] = [
  ["plain text, 100%", "plain text, 100%"],
  ["--net-mac", "\\-\\-net\\-mac"],
  ["\\xNN", "\\exNN"],
  ["Solo5's", "Solo5\\(aqs"],
  ['"-"', "\\(dq\\-\\(dq"],
  ["`a^b~c", "\\(gaa\\(hab\\(tic"],
  ["[ARGS…]", "[ARGS\\[u2026]]"],
  ["😀", "\\[u1F600]"],
  ["", ""],
];

for (const [text, escaped] of ESCAPED) {
  Deno.test(`escapeRoff() returns ${escaped} when the text is ${text}`, () => {
    assertEquals(escapeRoff(text), escaped);
  });
}

for (const text of ["a\nb", "\t", "\x1b[m", "\x7f"]) {
  Deno.test(`escapeRoff() throws when the text is ${JSON.stringify(text)}`, () => {
    assertThrows(() => escapeRoff(text), TypeError, "control character");
  });
}

Deno.test("roffLine() hides what begins like a request when a line is text", () => {
  assertEquals(roffLine(".TH x"), "\\&.TH x");
  assertEquals(roffLine(escapeRoff("'br")), "\\(aqbr");
  assertEquals(roffLine("a.b"), "a.b");
});

Deno.test("bold() and italic() come back to roman when they end", () => {
  assertEquals(bold("-h"), "\\fB\\-h\\fR");
  assertEquals(italic("FILE"), "\\fIFILE\\fR");
});

const MARKED: readonly (readonly [text: string, marked: string])[] = [
  ["give --net-mac, or -h", "give \\fB\\-\\-net\\-mac\\fR, or \\fB\\-h\\fR"],
  ["FILE.json is read", "\\fIFILE.json\\fR is read"],
  ["runs app.elf.", "runs \\fIapp.elf\\fR."],
  ["with KVM, read-only", "with KVM, read\\-only"],
  ["needs -- before FILE", "needs \\-\\- before \\fIFILE\\fR"],
  ["solo5-hvt-debug", "solo5\\-hvt\\-debug"],
];

for (const [text, marked] of MARKED) {
  Deno.test(`markUp() returns ${marked} when the text is ${text}`, () => {
    assertEquals(markUp(text, (word) => word !== "KVM"), marked);
  });
}
