/**
 * What a package installs, and what dpkg runs and reads of it.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { type ChangelogFacts, debianChangelog } from "./changelog.ts";
import type { PlacedText } from "../documents.ts";
import { PACKAGE } from "./control.ts";

/** A file of a package. */
export interface PackageFile {
  /** Where it is installed, without the first `/`. */
  readonly path: string;
  /** Its permissions. */
  readonly mode: number;
  /** Its bytes; `"program"` for the program's own. */
  readonly content: Uint8Array | "program";
}

/** Texts of the checkout that go into a package. */
export interface Sources {
  /** `CHANGELOG.md`. */
  readonly changelog: string;
  /** `LICENSE`. */
  readonly license: string;
  /** `docs/operators.md`. */
  readonly operators: string;
  /** A file of `scripts/package/files`, by its name. */
  file(name: string): string;
}

/** Files that are installed as they are. */
const COPIED: readonly (readonly [name: string, path: string])[] = [
  ["solo5@.service", "usr/lib/systemd/system/solo5@.service"],
  ["sysusers.conf", `usr/lib/sysusers.d/${PACKAGE}.conf`],
  ["udev.rules", `usr/lib/udev/rules.d/60-${PACKAGE}.rules`],
  ["web.json", `usr/share/doc/${PACKAGE}/examples/web.json`],
  ["lintian-overrides", `usr/share/lintian/overrides/${PACKAGE}`],
];

/** Where Debian has zsh look for what packages bring. */
const ZSH = ["share/zsh/site-functions/", "share/zsh/vendor-completions/"] as const;

/** Programs that are links to ours where they are not Solo5's own. */
const LINKS = ["solo5-hvt", "solo5-elftool"];

/** Folders that are installed empty: one for the guests' configurations. */
export const EMPTY_FOLDERS: readonly string[] = ["etc/solo5"];

/** What dpkg runs, and what wakes it (man 5 deb-triggers). */
const MAINTAINER_FILES: readonly (readonly [name: string, mode: number])[] = [
  ["postinst", 0o755],
  ["prerm", 0o755],
  ["triggers", 0o644],
];

const utf8 = (text: string) => new TextEncoder().encode(text);

/** As `gzip -9n`: without a time. */
const compressed = (text: string) => new Uint8Array(gzipSync(utf8(text), { level: 9 }));

/**
 * Places a text made from the description of the command line; undefined for one
 * about a program that the package does not have.
 */
function placed({ path, text }: PlacedText): PackageFile | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).split(".")[0]!;
  const isLinks = LINKS.includes(name);
  if (name.startsWith("solo5-hvt") && !isLinks) return undefined;
  const mode = 0o644;
  if (!path.startsWith("share/man/")) {
    return { path: `usr/${path.replace(...ZSH)}`, mode, content: utf8(text) };
  }
  // As the programs' names these pages' names are alternatives (`postinst`).
  const own = isLinks ? path.replace(name, `${name}-deno`) : path;
  return { path: `usr/${own}.gz`, mode, content: compressed(text) };
}

/** Lists the files that a package installs, by their paths. */
export function installedFiles(
  sources: Sources,
  texts: readonly PlacedText[],
  facts: ChangelogFacts,
): PackageFile[] {
  const documents = `usr/share/doc/${PACKAGE}`;
  const file = (path: string, content: PackageFile["content"], mode = 0o644) => (
    { path, mode, content }
  );
  const debian = debianChangelog(sources.changelog, facts);
  const rights = copyright(sources.file("copyright"), sources.license);
  return [
    file("usr/bin/solo5", "program", 0o755),
    ...COPIED.map(([name, path]) => file(path, utf8(sources.file(name)))),
    ...texts.map(placed).filter((each) => each !== undefined),
    file(`${documents}/changelog.gz`, compressed(sources.changelog)),
    file(`${documents}/changelog.Debian.gz`, compressed(debian)),
    file(`${documents}/operators.md.gz`, compressed(sources.operators)),
    file(`${documents}/copyright`, utf8(rights)),
  ].toSorted((a, b) => a.path < b.path ? -1 : 1);
}

/** Lists what dpkg itself reads, but for `control` and `md5sums`. */
export function maintainerFiles(sources: Sources): PackageFile[] {
  return MAINTAINER_FILES.map(([name, mode]) => (
    { path: name, mode, content: utf8(sources.file(name)) }
  ));
}

/** Fills in who holds the rights, and the licence's text, from `LICENSE`. */
function copyright(template: string, license: string): string {
  const [, holder = ""] = /^Copyright \(c\) (.+)$/m.exec(license) ?? [];
  const terms = license.slice(license.indexOf("Permission to use"))
    .trim().split("\n").map((line) => ` ${line === "" ? "." : line}`);
  return template
    .replaceAll("@COPYRIGHT@", holder)
    .replace("@ISC@", () => terms.join("\n"));
}

/** Lists every folder that the files are in, and the empty ones, parents first. */
export function foldersOf(files: readonly PackageFile[]): string[] {
  const folders = new Set<string>();
  for (
    const path of [
      ...files.map((each) => each.path),
      ...EMPTY_FOLDERS.map((each) => `${each}/`),
    ]
  ) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      folders.add(path.slice(0, at));
    }
  }
  return [...folders].toSorted();
}
