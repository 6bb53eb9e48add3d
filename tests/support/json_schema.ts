/**
 * Holding values against a JSON Schema (2020-12): the part of it that the
 * project's schemas use. A keyword that is not known here is an error, so that no
 * schema promises what nothing has checked.
 *
 * @module
 */

/** A schema as `JSON.parse` gives it. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

type Keywords = Readonly<Record<string, unknown>>;

/** Says nothing about a value. */
const SILENT: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "$comment", "$defs", "title", "description"],
  ...["default", "examples"],
]);

/** Where a value is held against a schema. */
interface Place {
  /** The whole schema, for `$ref`. */
  readonly root: Schema;
  /** Path of the value: `$.net.service0`. */
  readonly path: string;
}

/** Checks one keyword; returns what is wrong. */
type Check = (
  expected: never,
  value: unknown,
  place: Place,
  schema: Keywords,
) => string[];

const CHECKS: Readonly<Record<string, Check>> = {
  type: (types: string | readonly string[], value, { path }) =>
    [types].flat().some((type) => isOfType(value, type))
      ? []
      : [`${path} is not of type ${types}`],
  enum: (values: readonly unknown[], value, { path }) =>
    values.some((each) => isSame(each, value)) ? [] : [`${path} is none of the values`],
  const: (expected: unknown, value, { path }) =>
    isSame(expected, value) ? [] : [`${path} is not ${JSON.stringify(expected)}`],
  minimum: (least: number, value, { path }) =>
    typeof value !== "number" || value >= least ? [] : [`${path} is below ${least}`],
  maximum: (most: number, value, { path }) =>
    typeof value !== "number" || value <= most ? [] : [`${path} is above ${most}`],
  minLength: (least: number, value, { path }) =>
    typeof value !== "string" || [...value].length >= least
      ? []
      : [`${path} is too short`],
  pattern: (pattern: string, value, { path }) =>
    typeof value !== "string" || new RegExp(pattern, "u").test(value)
      ? []
      : [`${path} does not match ${pattern}`],
  required: (keys: readonly string[], value, { path }) =>
    isObject(value)
      ? keys.filter((key) => !Object.hasOwn(value, key)).map((key) =>
        `${path} has no ${key}`
      )
      : [],
  properties: (schemas: Readonly<Record<string, Schema>>, value, place) =>
    members(value).flatMap(([key, member]) =>
      Object.hasOwn(schemas, key) ? within(schemas[key]!, member, place, key) : []
    ),
  patternProperties: (schemas: Readonly<Record<string, Schema>>, value, place) =>
    members(value).flatMap(([key, member]) =>
      Object.entries(schemas).flatMap(([pattern, schema]) =>
        new RegExp(pattern, "u").test(key) ? within(schema, member, place, key) : []
      )
    ),
  additionalProperties: (
    schema: Schema,
    value,
    place,
    { properties, patternProperties },
  ) =>
    members(value)
      .filter(([key]) =>
        !Object.hasOwn(properties ?? {}, key) &&
        !Object.keys(patternProperties ?? {}).some((pattern) =>
          new RegExp(pattern, "u").test(key)
        )
      )
      .flatMap(([key, member]) => within(schema, member, place, key)),
  items: (schema: Schema, value, place) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => within(schema, item, place, index))
      : [],
  minItems: (least: number, value, { path }) =>
    !Array.isArray(value) || value.length >= least ? [] : [`${path} has too few items`],
  anyOf: (schemas: readonly Schema[], value, place) =>
    matching(schemas, value, place) > 0
      ? []
      : [`${place.path} is none of what it may be`],
  oneOf: (schemas: readonly Schema[], value, place) => {
    const count = matching(schemas, value, place);
    return count === 1 ? [] : [`${place.path} is ${count} of what it may be, not one`];
  },
  $ref: (reference: string, value, place) =>
    check(resolve(place.root, reference), value, place),
};

/**
 * Holds a value against a schema.
 *
 * @returns what is wrong, each with the value's path from `$`; empty where it fits
 * @throws {Error} for a schema with a keyword or reference that is not known here
 */
export function checkSchema(schema: Schema, value: unknown): string[] {
  return check(schema, value, { root: schema, path: "$" });
}

function check(schema: Schema, value: unknown, place: Place): string[] {
  if (typeof schema === "boolean") {
    return schema ? [] : [`${place.path} may not be there`];
  }
  return Object.entries(schema).flatMap(([keyword, expected]) => {
    if (SILENT.has(keyword)) return [];
    if (!Object.hasOwn(CHECKS, keyword)) throw new Error(`unknown keyword ${keyword}`);
    return CHECKS[keyword]!(expected as never, value, place, schema);
  });
}

function within(
  schema: Schema,
  value: unknown,
  { root, path }: Place,
  key: string | number,
): string[] {
  return check(schema, value, { root, path: `${path}.${key}` });
}

function matching(schemas: readonly Schema[], value: unknown, place: Place): number {
  return schemas.filter((schema) => check(schema, value, place).length === 0).length;
}

function resolve(root: Schema, reference: string): Schema {
  const [, name] = /^#\/\$defs\/([\w-]+)$/.exec(reference) ?? [];
  const definitions = typeof root === "boolean" ? undefined : root["$defs"];
  if (name === undefined || !isObject(definitions) || !Object.hasOwn(definitions, name)) {
    throw new Error(`unknown reference ${reference}`);
  }
  return definitions[name] as Schema;
}

function isObject(value: unknown): value is Keywords {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function members(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    case "string":
    case "number":
    case "boolean": {
      const own: string = typeof value;
      return own === type;
    }
    default:
      throw new Error(`unknown type ${type}`);
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length &&
      one.every((item, index) => isSame(item, other[index]));
  }
  if (!isObject(one)) return one === other;
  return isObject(other) && Object.keys(one).length === Object.keys(other).length &&
    Object.entries(one).every(([key, member]) =>
      Object.hasOwn(other, key) && isSame(member, other[key])
    );
}
