import { assertEquals, assertMatch } from "@std/assert";
import {
  billOfMaterials,
  type Facts,
  provenance,
  sumsFile,
} from "../../../../scripts/build/statements.ts";

const FACTS: Facts = {
  file: "solo5-1.0.0-x",
  sha256: "0123456789abcdef".repeat(4),
  bytes: 5,
  version: "1.0.0",
  target: "x",
  modules: ["core", "net"],
  symbols: ["close", "open"],
  commit: "c0ffee",
  time: 86400,
  runtime: { version: "2.0.0", sha256: "aa" },
  tools: { deno: "2.1.0" },
  command: ["deno", "task", "build"],
};

Deno.test("billOfMaterials() names runtime, symbols and modules when all are known", () => {
  const bill = JSON.parse(billOfMaterials(FACTS));
  assertEquals(bill.metadata.timestamp, "1970-01-02T00:00:00Z");
  assertMatch(
    bill.serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const [deno, libc] = bill.components;
  assertEquals([deno.name, deno.version, deno.hashes[0].content], [
    "deno",
    "2.0.0",
    "aa",
  ]);
  assertEquals(libc.properties.map(({ value }: { value: string }) => value), [
    "close",
    "open",
  ]);
  const refs = [...bill.components, bill.metadata.component].map((each) =>
    each["bom-ref"]
  );
  assertEquals(new Set(refs).size, refs.length);
  const [{ ref, dependsOn }] = bill.dependencies;
  assertEquals([ref, ...dependsOn].every((each) => refs.includes(each)), true);
  const modules = bill.metadata.component.properties
    .filter(({ name }: { name: string }) => name === "solo5:module");
  assertEquals(modules.length, 2);
});

Deno.test("billOfMaterials() claims nothing of a runtime when only its file would tell", () => {
  const runtime = { version: undefined, sha256: undefined };
  const bill = JSON.parse(billOfMaterials({ ...FACTS, symbols: [], runtime }));
  assertEquals(bill.components.length, 1);
  const keys = Object.keys(bill.components[0]);
  assertEquals(["version", "purl", "hashes"].filter((key) => keys.includes(key)), []);
});

Deno.test("provenance() says that files were changed when they were", () => {
  const read = (commit: string | undefined) =>
    JSON.parse(provenance({ ...FACTS, commit })).predicate.buildDefinition
      .resolvedDependencies[0];
  assertEquals(read("c0ffee"), { name: "source", digest: { gitCommit: "c0ffee" } });
  assertEquals(read(undefined), { name: "source" });
  const { digest, annotations } = read("c0ffee-modified");
  assertEquals([digest.gitCommit, typeof annotations.modified], ["c0ffee", "string"]);
});

Deno.test("statements are the same when the facts are", () => {
  assertEquals(billOfMaterials(FACTS), billOfMaterials({ ...FACTS }));
  assertEquals(provenance(FACTS), provenance({ ...FACTS }));
});

Deno.test("sumsFile() keeps others that are there and replaces its own when there is a file", () => {
  const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64));
  const earlier = `${a}  one\n${b}  two\n${c}  gone\nwhat is no line\n`;
  assertEquals(
    sumsFile(earlier, new Set(["one", "two"]), new Map([["two", c!], ["three", a!]])),
    [
      `${a}  one\n`,
      `${a}  three\n`,
      `${c}  two\n`,
    ].join(""),
  );
  assertEquals(sumsFile("", new Set(), new Map()), "");
});
