/**
 * What the development tasks may do: the permission sets of `deno.json`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { withoutComments } from "../support/import_rules.ts";

const ROOT = new URL("../../", import.meta.url);

/** The value of a permission: everything, nothing, or a list. */
type Value = boolean | readonly string[];

interface Configuration {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  readonly permissions: Readonly<Record<string, Readonly<Record<string, Value>>>>;
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

const { tasks, permissions }: Configuration = JSON.parse(read("deno.json"));
const SETS = Object.entries(permissions);

/** `-A` for Deno, `--allow-all`, or one of the permissions without a list. */
const ALL = /--allow-all\b|\bdeno\b[^\n]*\s-[a-zA-Z]*A\b/;

/** Files that start Deno, or tell somebody how to. */
function texts(folder: string): string[] {
  return Array.from(Deno.readDirSync(new URL(folder, ROOT))).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) return entry.name === "guests" ? [] : texts(`${path}/`);
    return path === "tests/unit/permissions_test.ts" ? [] : [path];
  });
}

const TEXTS = [
  ...["README.md", "CONTRIBUTING.md", "deno.json", ".ci/run"],
  ...["docs/", "examples/", "ffi/", "scripts/", "src/", "tests/"].flatMap(texts),
];

Deno.test("-A is found in a command when there is one", () => {
  for (const all of ["deno run -A mod.ts", "deno test -qA", "deno run --allow-all x"]) {
    assert(ALL.test(all), all);
  }
  for (const part of ["deno run -P=demo x", "ls -A /tmp", "deno run --allow-ffi x"]) {
    assertEquals(ALL.test(part), false, part);
  }
});

Deno.test("Deno is given all permissions nowhere when every text is read", () => {
  assert(TEXTS.includes("scripts/solo5") && TEXTS.length > 150, `${TEXTS.length} texts`);
  const users = TEXTS.filter((path) => {
    const text = read(path);
    return ALL.test(path.endsWith(".ts") ? withoutComments(text) : text);
  });
  assertEquals(users, []);
});

for (const [name, { command }] of Object.entries(tasks)) {
  Deno.test(`the task ${name} runs code with a permission set, or none, when it runs some`, () => {
    for (const part of command.split("&&")) {
      const [, set] = / -P=(\w+) /.exec(part) ?? [];
      const runs = /^\s*deno (run|test|bench|eval) /.test(part);
      assertEquals(set !== undefined, runs, part);
      if (set !== undefined) assert(set in permissions, part);
      assertEquals(/--allow-(?!dirty)|\s-[A-Z]+\s/.test(part), false, part);
    }
  });
}

for (const [name, set] of SETS) {
  Deno.test(`the permission set ${name} names programs and variables when it is read`, () => {
    assertEquals(["all", "net", "import"].filter((each) => each in set), []);
    for (const permission of ["run", "env", "sys"]) {
      const value = set[permission] ?? [];
      assert(Array.isArray(value), `${permission}: ${value}`);
      assert(value.every((each) => /^[\w./-]+$/.test(each)), `${permission}: ${value}`);
    }
  });
}
