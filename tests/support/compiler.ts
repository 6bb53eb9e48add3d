/**
 * The C compiler as the authority on the kernel's and libc's headers.
 *
 * @module
 */
import { program } from "./programs.ts";

/** Says whether `cc` is here and finds these headers. */
export function compilerFinds(headers: readonly string[]): boolean {
  try {
    const { success } = new Deno.Command("cc", {
      args: ["-fsyntax-only", "-x", "c", "/dev/null", ...includes(headers)],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Compiles and runs a program that evaluates constant expressions of C.
 *
 * @param headers headers to include, without brackets
 * @param expressions expressions of integers; one whose macro is not defined in
 * these headers may be given as `MACRO?expression`
 * @returns their values, in order; undefined where the macro is not defined
 */
export async function evaluateInC(
  headers: readonly string[],
  expressions: readonly string[],
): Promise<(number | undefined)[]> {
  const lines = expressions.map((expression, index) => {
    const [macro, value] = expression.includes("?")
      ? expression.split("?")
      : [undefined, expression];
    const print = `printf("${index} %llu\\n", (unsigned long long)(${value}));`;
    return macro === undefined ? print : `#ifdef ${macro}\n${print}\n#endif`;
  });
  const source = [
    "#include <stddef.h>",
    "#include <stdio.h>",
    ...headers.map((header) => `#include <${header}>`),
    "int main(void) {",
    ...lines,
    "return 0; }",
  ].join("\n");
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/program.c`, source);
    const compiled = `${directory}/program`;
    await run(["cc", "-D_GNU_SOURCE", "-o", compiled, `${directory}/program.c`]);
    const values = new Map<number, number>();
    for (const line of (await run([compiled])).trim().split("\n")) {
      const [index, value] = line.split(" ").map(Number);
      values.set(index!, value!);
    }
    return expressions.map((_, index) => values.get(index));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function includes(headers: readonly string[]): string[] {
  return headers.flatMap((header) => ["-include", header]);
}

async function run(argv: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await program(argv).output();
  if (!success) throw new Error(`${argv[0]}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
