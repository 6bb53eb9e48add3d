/**
 * Starts a guest from TypeScript and looks at how it ended:
 *
 *     deno run --allow-ffi examples/run_guest.ts app.hvt [DISK]
 *
 * DISK is bound to the image's first block device.
 *
 * @module
 */
import {
  bind,
  build,
  GuestFault,
  ImageError,
  openImageFile,
  OperatorError,
  readImage,
} from "../mod.ts";

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

const [path, disk] = Deno.args;
if (path === undefined) {
  say("usage: run_guest.ts app.hvt [DISK]");
  Deno.exit(1);
}

try {
  const image = readImage(openImageFile(path));
  for (const { name, type } of image.manifest.devices) say(`declares ${type} ${name}`);
  const block = disk === undefined ? [] : [{ device: "0", file: { path: disk } }];
  const machine = await build(bind(image, { memoryMebibytes: 32, block }));
  try {
    const sealed = machine.seal({ level: "best-effort" });
    say(`ended with status ${sealed.run()}`);
    // From the seal on this process cannot do anything else.
    Deno.exit(0);
  } finally {
    machine.close();
  }
} catch (error) {
  if (error instanceof ImageError || error instanceof OperatorError) say(error.message);
  else if (error instanceof GuestFault) say(error.sentence);
  else throw error;
  Deno.exit(1);
}
