/**
 * `deno task schemas`: writes the JSON Schemas that are made from the code.
 *
 * @module
 */
import { CONFIG_KEYS } from "../src/binding/config_keys.ts";
import { ROOT } from "../tests/support/checkout.ts";

/** Where the schema of config files is, from the project's root. */
export const CONFIG_SCHEMA_PATH = "docs/schemas/config.schema.json";

/** Names of devices, and positions (`isDeviceName` of `src/image/manifest.ts`). */
const DEVICE = "^[A-Za-z0-9]{1,67}$";

/** The schema of what `solo5 run --config=FILE` takes, as text. */
export function configSchema(): string {
  const keys = CONFIG_KEYS.map(({ name, flag, schema }) => {
    const { help: description } = flag;
    if (!flag.device) return [name, { description, ...schema }];
    const devices = {
      patternProperties: { [DEVICE]: schema },
      additionalProperties: false,
    };
    return [name, { description, type: "object", ...devices }];
  });
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A guest of solo5",
    description:
      "What solo5 run --config=FILE takes; each key but three is a flag without its dashes. The file may have comments, and a comma behind the last element. Relative paths start from its folder.",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { description: "the address of this schema", type: "string" },
      image: {
        description: "the path of the unikernel",
        type: "string",
        pattern: "^[^\\u0000]+$",
      },
      ...Object.fromEntries(keys),
      arguments: {
        description: "the guest's arguments",
        type: "array",
        items: { type: "string" },
      },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) Deno.writeTextFileSync(ROOT + CONFIG_SCHEMA_PATH, configSchema());
