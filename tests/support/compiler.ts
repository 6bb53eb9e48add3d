/**
 * The C compiler as the authority on the kernel's and libc's headers.
 *
 * @module
 */

/** Says whether `cc` is here and finds these headers. */
export function compilerFinds(headers: readonly string[]): boolean {
  try {
    const { success } = new Deno.Command("cc", {
      args: ["-fsyntax-only", "-x", "c", "/dev/null", ...includes(headers)],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success;
  } catch {
    return false;
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
    const program = `${directory}/program`;
    await run("cc", "-D_GNU_SOURCE", "-o", program, `${directory}/program.c`);
    const values = new Map<number, number>();
    for (const line of (await run(program)).trim().split("\n")) {
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

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
