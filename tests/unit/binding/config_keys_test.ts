import { assert, assertEquals } from "@std/assert";
import { CONFIG_SCHEMA_PATH, configSchema } from "../../../scripts/schemas.ts";
import { readConfig } from "../../../src/binding/config.ts";
import { CONFIG_KEYS } from "../../../src/binding/config_keys.ts";
import { configText } from "../../../src/binding/config_text.ts";
import { parseRunArguments } from "../../../src/binding/flags.ts";
import { RUN_FLAGS } from "../../../src/binding/run_flags.ts";
import { ROOT } from "../../support/checkout.ts";
import { checkSchema } from "../../support/json_schema.ts";

const SCHEMA = JSON.parse(configSchema());

Deno.test("every flag has a key, and a form, but those that are about files or help", () => {
  const without = RUN_FLAGS.filter((flag) =>
    !CONFIG_KEYS.some((key) => key.flag === flag)
  );
  const names = without.map(({ name }) => name);
  assertEquals(names, ["--config", "--print-config", "--help"]);
  for (const { name, schema } of CONFIG_KEYS) {
    assert(schema !== undefined, `${name}: add its form to FORMS of config_keys.ts`);
  }
});

Deno.test("the published schema is the one that the flags make", () => {
  assertEquals(
    Deno.readTextFileSync(ROOT + CONFIG_SCHEMA_PATH),
    configSchema(),
    "run deno task schemas",
  );
});

/** Says whether a file of this value is taken. */
function isTaken(value: unknown): boolean {
  const file = readConfig("f.json", JSON.stringify(value));
  return parseRunArguments([], file).request.problems!.length === 0;
}

/** Values that neither schema nor reader takes. */
const REFUSED: readonly unknown[] = [
  ...[[], null, "x", 1],
  ...[{ mems: 64 }, { "--mem": 64 }, { help: true }, { config: "x" }, { "": 1 }],
  ...[{ ["__proto__"]: {} }, { toString: "x" }],
  ...[{ image: 1 }, { image: "" }, { image: "a\0b" }, { image: null }],
  ...[{ arguments: "x" }, { arguments: [1] }, { arguments: null }, { $schema: 1 }],
  ...[{ mem: "64" }, { mem: 1 }, { mem: 4097 }, { mem: 2.5 }, { mem: null }, {
    mem: [64],
  }],
  ...[{ net: "tap0" }, { net: ["tap0"] }, { net: { a: 0 } }, { net: { a: "" } }],
  ...[{ net: { "": "tap0" } }, { net: { "a-b": "tap0" } }, { net: { a: "x/y" } }],
  ...[{ net: { a: "@x" } }, { net: { a: null } }, { net: { ["A".repeat(68)]: "tap0" } }],
  ...[{ "net-mac": { a: "02:00" } }, { "net-mac": { a: 2 } }],
  ...[{ "net-rate": { a: "10" } }, { "net-rate": { a: "5iops" } }, { "net-rate": "1B" }],
  ...[{ "block-rate": { a: "5pps" } }, { "console-rate": "5iops" }, {
    "console-rate": 5,
  }],
  ...[{ block: { a: "" } }, { block: { a: "x\0" } }, { block: { a: {} } }],
  ...[{ "block-sector-size": { a: 513 } }, { "block-sector-size": { a: "512" } }],
  ...[{ "block-sector-size": 512 }, { console: "loud" }, { console: true }],
  ...[{ dumpcore: "" }, { dumpcore: 7 }, { dumpcore: { a: "x" } }],
  ...[{ gdb: 65536 }, { gdb: -1 }, { gdb: "x" }, { gdb: "" }, { gdb: 1.5 }],
  ...[{ sandbox: "none" }, { sandbox: false }, { user: "" }, { user: 0 }, {
    user: "a b",
  }],
  ...[{ name: "7" }, { name: "" }, { name: 7 }, { report: "" }, { report: 3 }],
  ...[{ trace: "all" }, { trace: ["modules"] }],
];

for (const value of REFUSED) {
  Deno.test(`schema and reader refuse ${JSON.stringify(value)}`, () => {
    assert(checkSchema(SCHEMA, value).length > 0);
    assertEquals(isTaken(value), false);
  });
}

Deno.test("schema and reader take a value of every key", () => {
  const value = {
    $schema: "config.schema.json",
    image: "app.elf",
    net: { service0: "tap0", 1: "@listen:a b" },
    "net-mac": { service0: "02:00:00:00:00:01" },
    "net-rate": { service0: "10Mbit,1000pps,burst=5ms" },
    block: { storage: "disk.img,ro", 1: "@3,sync=end" },
    "block-sector-size": { storage: 4096 },
    "block-rate": { storage: "500iops" },
    "console-rate": "10kB",
    console: "raw",
    mem: 64,
    dumpcore: "cores",
    gdb: "./socket",
    sandbox: "strict",
    user: "nobody",
    name: "web",
    report: "web.report.json",
    trace: "sandbox",
    arguments: ["", "--", "x"],
  };
  assertEquals(checkSchema(SCHEMA, value), []);
  assertEquals(isTaken(value), true);
  assertEquals(Object.keys(value).length, CONFIG_KEYS.length + 3);
});

Deno.test("schema and reader take the documented example", () => {
  const document = Deno.readTextFileSync(`${ROOT}docs/operators.md`);
  const [, text] = /```jsonc\n(\/\/ \/etc\/solo5\/web\.json\n[^`]*)```/.exec(document)!;
  const run = parseRunArguments([], readConfig("/etc/solo5/web.json", text!));
  assertEquals(run.request.problems, []);
  const written = configText(run, () => "/");
  assertEquals(checkSchema(SCHEMA, JSON.parse(written)), []);
  assertEquals(JSON.parse(written), {
    image: "/srv/web/web.elf",
    net: { service: "web0" },
    "net-mac": { service: "02:00:00:00:00:01" },
    block: { storage: "@listen:disk" },
    "console-rate": "10kB",
    mem: 64,
    arguments: ["10.0.0.2"],
  });
});
