/**
 * The keys of a config file: what each flag's value is in JSON. The flags, and
 * what their values mean, are those of `run_flags.ts`; here is only their form.
 *
 * @module
 */
import { SANDBOX_LEVELS } from "../contract/sandbox.ts";
import { type Flag, RUN_FLAGS, TRACES } from "./run_flags.ts";
import { isPath, parseBlock, parseGdbEndpoint } from "./values.ts";

/** A value's form, in JSON Schema; no stricter than what the flag takes. */
export type ValueSchema =
  | { readonly type: "integer"; readonly minimum: number; readonly maximum: number }
  | { readonly type: "integer"; readonly enum: readonly number[] }
  | { readonly type: "string"; readonly enum: readonly string[] }
  | { readonly type: "string"; readonly pattern: string }
  | { readonly anyOf: readonly ValueSchema[] };

interface Form {
  readonly schema: ValueSchema;
  /** Says whether a good value is, or begins with, a path of the host. */
  readonly isPath?: (value: string) => boolean;
}

/** A key of a config file. */
export interface ConfigKey extends Form {
  /** The key: the flag's name without its dashes. */
  readonly name: string;
  /** The flag. */
  readonly flag: Flag;
}

/** A text that the system takes as a path. */
const PATH: ValueSchema = { type: "string", pattern: "^[^\\u0000]+$" };

/** A rate, with the unit of its operations where there is one. */
function rate(operations: string): ValueSchema {
  const part = `([1-9][0-9]{0,8}([kMG]?bit|[kMG]?B${operations})|burst=[1-9][0-9]*ms)`;
  return { type: "string", pattern: `^${part}(,${part})*$` };
}

/** Flags that speak of the file, or of no guest. */
const WITHOUT_KEY: ReadonlySet<string> = new Set([
  "--config",
  "--print-config",
  "--help",
]);

const FORMS: Readonly<Record<string, Form>> = {
  "--net": {
    schema: {
      type: "string",
      pattern: "^(@[0-9]+|@listen:[ -9;-~]+|[^@\\s/:%][^\\s/:%]*)$",
    },
  },
  "--net-mac": {
    schema: { type: "string", pattern: "^[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}$" },
  },
  "--net-rate": { schema: rate("|pps") },
  "--block": {
    schema: PATH,
    isPath(value) {
      const file = parseBlock(value);
      return file !== undefined && "path" in file;
    },
  },
  "--block-sector-size": {
    schema: { type: "integer", enum: [512, 1024, 2048, 4096, 8192, 16384, 32768] },
  },
  "--block-rate": { schema: rate("|iops") },
  "--console-rate": { schema: rate("") },
  "--console": { schema: { type: "string", enum: ["raw", "visible"] } },
  "--mem": { schema: { type: "integer", minimum: 2, maximum: 4096 } },
  "--dumpcore": { schema: PATH, isPath },
  "--gdb": {
    schema: {
      anyOf: [
        { type: "integer", minimum: 0, maximum: 65535 },
        { type: "string", pattern: "/|^[0-9]+$" },
      ],
    },
    isPath(value) {
      const endpoint = parseGdbEndpoint(value);
      return endpoint !== undefined && "socket" in endpoint;
    },
  },
  "--sandbox": { schema: { type: "string", enum: SANDBOX_LEVELS } },
  "--user": { schema: { type: "string", pattern: "^[^:/\\s]+(:[0-9]+)?$" } },
  "--name": {
    schema: { type: "string", pattern: "^[A-Za-z0-9._-]*[A-Za-z._-][A-Za-z0-9._-]*$" },
  },
  "--report": {
    schema: PATH,
    isPath: (value) => isPath(value) && !value.startsWith("@"),
  },
  "--trace": { schema: { type: "string", enum: TRACES } },
};

/** Every key that stands for a flag, in the order of the flags. */
export const CONFIG_KEYS: readonly ConfigKey[] = RUN_FLAGS
  .filter(({ name }) => !WITHOUT_KEY.has(name))
  .map((flag) => ({ name: flag.name.slice("--".length), flag, ...FORMS[flag.name]! }));

/** Says whether a form takes numbers, or strings. */
export function takes(schema: ValueSchema, type: "integer" | "string"): boolean {
  return "anyOf" in schema
    ? schema.anyOf.some((each) => takes(each, type))
    : schema.type === type;
}
