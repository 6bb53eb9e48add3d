import { assertEquals, assertThrows } from "@std/assert";
import { checkSchema, type Schema } from "../../support/json_schema.ts";

const CASES: readonly (readonly [
  schema: Schema,
  fits: readonly unknown[],
  fails: readonly unknown[],
])[] = [
  [true, [1, {}], []],
  [false, [], [1, {}, null]],
  [{ type: "object" }, [{}], [[], null, "x", 1]],
  [{ type: "array" }, [[]], [{}, null]],
  [{ type: "integer" }, [0, -3, 1.0], [1.5, "1", NaN]],
  [{ type: ["string", "null"] }, ["", null], [0, {}]],
  [{ type: "boolean" }, [true], ["true"]],
  [{ enum: ["a", 1, [2]] }, ["a", 1, [2]], ["1", [3], null]],
  [{ const: { a: [1] } }, [{ a: [1] }], [{ a: [1, 2] }, { a: [1], b: 1 }, {}]],
  [{ minimum: 2, maximum: 4 }, [2, 4, "9"], [1, 5]],
  [{ minLength: 1 }, ["a", 0], [""]],
  [{ pattern: "^a+$" }, ["aa", 1], ["b", "ab"]],
  [{ required: ["a", "toString"] }, [{ a: 1, toString: 1 }, 1], [{ a: 1 }, {
    toString: 1,
  }]],
  [{ properties: { a: { type: "string" } } }, [{ a: "x" }, { b: 1 }, 1], [{ a: 1 }]],
  [
    {
      properties: { a: true },
      patternProperties: { "^x-": { type: "integer" } },
      additionalProperties: false,
    },
    [{ a: {}, "x-b": 1 }, {}],
    [{ "x-b": "1" }, { b: 1 }, { toString: 1 }],
  ],
  [{ items: { type: "string" }, minItems: 1 }, [["a"], "b"], [[1], ["a", 1], []]],
  [{ anyOf: [{ type: "string" }, { minimum: 3 }] }, ["a", 3], [2]],
  [{ oneOf: [{ minimum: 3 }, { maximum: 5 }] }, [2, 6], [4]],
  [
    { $defs: { name: { pattern: "^a$" } }, items: { $ref: "#/$defs/name" } },
    [["a", "a"]],
    [["a", "b"]],
  ],
];

for (const [schema, fits, fails] of CASES) {
  Deno.test(`checkSchema() tells values apart when the schema is ${JSON.stringify(schema)}`, () => {
    for (const value of fits) assertEquals(checkSchema(schema, value), []);
    for (const value of fails) {
      assertEquals(checkSchema(schema, value).length, 1, JSON.stringify(value));
    }
  });
}

Deno.test("checkSchema() names the path when a value deep inside does not fit", () => {
  const schema = { properties: { a: { items: { type: "string", pattern: "^x" } } } };
  assertEquals(checkSchema(schema, { a: ["x", "y", 1] }), [
    "$.a.1 does not match ^x",
    "$.a.2 is not of type string",
  ]);
});

Deno.test("checkSchema() throws when a schema asks for what it does not know", () => {
  for (
    const schema of [{ format: "uri" }, { $ref: "#/$defs/none" }, { type: "text" }]
  ) {
    assertThrows(() => checkSchema(schema, 1), Error, "unknown");
  }
});
