/**
 * The tests that `docs/security.md` names: those in “ ” are in the file that is
 * named next.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

const TESTS = new URL("../", import.meta.url);
const DOCUMENT = Deno.readTextFileSync(new URL("../docs/security.md", TESTS));

/** What may stand for words that differ. */
const ELLIPSIS = "…";

/** A test that the document names. */
interface Citation {
  /** Its name, perhaps with an ellipsis. */
  readonly name: string;
  /** Its file, below `tests/`; undefined where none is named behind it. */
  readonly file: string | undefined;
}

/** The names in a text, and the files that are named behind them. */
function citations(text: string): Citation[] {
  const found: Citation[] = [];
  let names: string[] = [];
  const settle = (file: string | undefined) => {
    found.push(...names.map((name) => ({ name, file })));
    names = [];
  };
  const parts = text.replace(/\s+/g, " ").matchAll(/“([^”]*)”|`([\w/]+_test\.ts)`/g);
  for (const [, name, file] of parts) {
    if (name !== undefined) names.push(name);
    else settle(file);
  }
  settle(undefined);
  return found.filter(({ name }) => name.trim() !== "");
}

/** Whether a source has the parts of a name, in their order. */
function has(source: string, name: string): boolean {
  let at = 0;
  for (const part of name.split(ELLIPSIS)) {
    at = source.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return true;
}

const CITED = citations(DOCUMENT);

Deno.test("citations() gives each name the next file when a text has both", () => {
  assertEquals(citations("“a\nb” and “c …” (`e2e/x_test.ts`), `unit/y_test.ts`, “d”"), [
    { name: "a b", file: "e2e/x_test.ts" },
    { name: "c …", file: "e2e/x_test.ts" },
    { name: "d", file: undefined },
  ]);
});

Deno.test("docs/security.md names tests when it is read", () => {
  assert(CITED.length > 30, `${CITED.length} tests`);
});

for (const { name, file } of CITED) {
  Deno.test(`docs/security.md names a test that is there when it says: ${name}`, () => {
    assert(file !== undefined, "no file is named behind it");
    assert(has(Deno.readTextFileSync(new URL(file, TESTS)), name), file);
  });
}

for (const file of new Set(DOCUMENT.match(/(?<=`)[\w/]+_test\.ts(?=`)/g))) {
  Deno.test(`docs/security.md names a file that is there when it says: ${file}`, () => {
    assertEquals(Deno.statSync(new URL(file, TESTS)).isFile, true);
  });
}
