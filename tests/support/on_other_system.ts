/**
 * Says that this is another system, before any module of the program is there,
 * and runs the program: its first argument is the system, the rest are the
 * program's.
 *
 * @module
 */
const [os, ...args] = Deno.args;
const build = { ...Deno.build, os, arch: "aarch64", standalone: true };
Object.defineProperty(Deno, "build", { value: build });
const { main } = await import("../../src/cli/main.ts");
await main(args);
