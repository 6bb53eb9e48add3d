/**
 * `strict_probe.ts`: starts itself anew as `--sandbox=strict` does, and then says
 * what its first thread, and another one, can still open: a line of JSON each.
 *
 * @module
 */

/** What is tried; the first is among what a start may read. */
const PATHS = [
  "/proc/self/maps",
  "/proc/self/status",
  "/",
  "/dev/kvm",
  "/proc/self/oom_score_adj",
];

/** The word that the second start has. */
const AGAIN = "again";

/** Says for each path whether it can be opened, and the last for writing. */
const TRY = `
const { open } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
}).symbols;
const paths = ${JSON.stringify(PATHS)};
const opened = paths.map((path, index) =>
  open(new TextEncoder().encode(path + "\\0"), index + 1 === paths.length ? 1 : 0) >= 0
);
`;

if (Deno.args[0] === AGAIN) {
  const first = new Function(`${TRY} return opened;`)();
  const source = `${TRY} postMessage(opened);`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const other = await new Promise((resolve) => {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
  });
  await Deno.stdout.write(
    new TextEncoder().encode(JSON.stringify({ first, other, pid: Deno.pid })),
  );
  Deno.exit(0);
} else {
  const [{ commandLineOfProcess }, { prepareStrictStart }] = await Promise.all([
    import("../../ffi/process.ts"),
    import("../../src/sandbox/strict_start.ts"),
  ]);
  const next = prepareStrictStart(
    { level: "strict" },
    new URL(import.meta.url).pathname,
  );
  next.go([...commandLineOfProcess()!, new TextEncoder().encode(AGAIN)]);
}
