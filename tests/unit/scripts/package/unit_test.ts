/** The package's unit and the one of docs/operators.md: the same fences. @module */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../../../", import.meta.url);
const OPERATORS = Deno.readTextFileSync(new URL("docs/operators.md", ROOT));
const UNIT = Deno.readTextFileSync(
  new URL("scripts/package/files/solo5@.service", ROOT),
);

/** The settings of a unit's `[Service]`, each a line. */
function service(unit: string): string[] {
  const [, text = ""] = /^\[Service\]\n([^[]*)/m.exec(unit.replace(/\\\n/g, " ")) ?? [];
  return text.split("\n").filter((line) => line !== "");
}

/** What each of the units has for its own guest, program and files. */
const OWN =
  /^(Exec\w+|OpenFile|CacheDirectory|Environment|RuntimeDirectory|StateDirectory\w*|User)=/;

/** What the document says to work too: settings, each with a value or without. */
function working(): string[] {
  const [, list = ""] = /^- What works too:([^]*?)\n- /m.exec(OPERATORS) ?? [];
  return [...list.matchAll(/`(\w+=[^`]*)`/g)].map(([, setting]) =>
    setting!.replace(/\s+/g, " ")
  );
}

const [, DOCUMENTED = ""] = /```ini\n([^`]*\[Unit\][^`]*)```/.exec(OPERATORS) ?? [];
const fences = (unit: string) => service(unit).filter((line) => !OWN.test(line));

Deno.test("the package's unit has every fence that the documented unit has", () => {
  assert(fences(DOCUMENTED).length > 5);
  assertEquals(
    fences(DOCUMENTED).filter((line) => !service(UNIT).includes(line)),
    [],
  );
});

Deno.test("the package's unit has no other fence than documented ones, and all of those", () => {
  const known = working();
  assert(known.length > 10, `${known}`);
  const more = fences(UNIT).filter((line) => !fences(DOCUMENTED).includes(line));
  const undocumented = more.filter((line) =>
    !known.some((setting) => line === setting || line.replace(/=.*/, "=") === setting)
  );
  assertEquals(undocumented, []);
  const missing = known.filter((setting) =>
    !service(UNIT).some((line) => line.startsWith(setting))
  );
  assertEquals(missing, []);
});
