/**
 * The program as one executable, made by `deno compile` with the runtime that
 * `DENORT_BIN` names.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";

/** A compiler whose executables that runtime reads (2.9 has a newer format). */
const COMPILER = "deno@2.8.3";

let compiled: Promise<string> | undefined;

/** Compiles the checkout, once; returns the executable's path. */
export function compiledProgram(): Promise<string> {
  return compiled ??= compile();
}

async function compile(): Promise<string> {
  const directory = await Deno.makeTempDir();
  addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
  await Deno.chmod(directory, 0o755);
  const output = `${directory}/solo5`;
  const flags = "--quiet --no-check --no-config --no-lock --no-prompt --allow-ffi";
  const { success, stderr } = await new Deno.Command("npx", {
    // Other tests may have left this process without a network by now.
    args: [
      "-y",
      "--prefer-offline",
      COMPILER,
      "compile",
      ...flags.split(" "),
      "--output",
      output,
      "mod.ts",
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return output;
}
