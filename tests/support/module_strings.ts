/**
 * The texts by which a module's code is known in a program's bytes.
 *
 * @module
 */
import { ROOT } from "./checkout.ts";
import { withoutComments } from "./import_rules.ts";

/** Texts, and names of properties, which a bundler leaves as they are. */
const KNOWN = [/["`]([^"`\\\n${}]{10,})["`]/g, /\.([a-z]\w{3,})/g];

function textsBelow(path: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of Deno.readDirSync(`${ROOT}${path}`)) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory) { for (const each of textsBelow(inside)) files.set(...each); }
    else files.set(inside, withoutComments(Deno.readTextFileSync(`${ROOT}${inside}`)));
  }
  return files;
}

/**
 * Texts and names that are in a module's files, and nowhere else in the program.
 *
 * @param module the name of its folder
 */
export function textsOfModule(module: string): string[] {
  const folder = `src/modules/${module}/`;
  const files = [...textsBelow("src"), ...textsBelow("ffi")];
  const own = files.filter(([path]) => path.startsWith(folder));
  const others = files.filter(([path]) => !path.startsWith(folder));
  const found = own.flatMap(([, text]) =>
    KNOWN.flatMap((pattern) => Array.from(text.matchAll(pattern), ([, each]) => each!))
  );
  return [...new Set(found)].filter((text) =>
    !text.endsWith(".ts") && others.every(([, other]) => !other.includes(text))
  );
}
