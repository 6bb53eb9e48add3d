/** What a package installs. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { gunzipSync } from "node:zlib";
import {
  foldersOf,
  installedFiles,
  maintainerFiles,
  type PackageFile,
  type Sources,
} from "../../../../scripts/package/contents.ts";
import { documents, type PlacedText } from "../../../../scripts/documents.ts";

const ROOT = new URL("../../../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

const SOURCES: Sources = {
  changelog: "# Changelog\n\n## [Unreleased]\n\n- A change.\n",
  license: read("LICENSE"),
  operators: "# For operators\n",
  file: (name) => read(`scripts/package/files/${name}`),
};

const TEXTS: readonly PlacedText[] = [
  { path: "share/man/man1/solo5.1", text: ".TH SOLO5 1\n" },
  { path: "share/man/man1/solo5-run.1", text: ".TH SOLO5-RUN 1\n" },
  { path: "share/man/man1/solo5-hvt.1", text: ".TH SOLO5-HVT 1\n" },
  { path: "share/bash-completion/completions/solo5", text: "complete\n" },
  { path: "share/bash-completion/completions/solo5-hvt", text: ". solo5\n" },
  { path: "share/bash-completion/completions/solo5-hvt-debug", text: ". solo5\n" },
  { path: "share/zsh/site-functions/_solo5", text: "#compdef solo5\n" },
  { path: "share/fish/vendor_completions.d/solo5.fish", text: "complete -c solo5\n" },
];

const FACTS = {
  package: "solo5-deno",
  version: "0.1.0",
  revision: 1,
  maintainer: "A <a@example.org>",
  time: 0,
};

const FILES = installedFiles(SOURCES, TEXTS, FACTS);

function contentOf(path: string): string {
  const file = FILES.find((each) => each.path === path);
  assert(file !== undefined && file.content !== "program", path);
  const bytes = path.endsWith(".gz")
    ? new Uint8Array(gunzipSync(file.content))
    : file.content;
  return new TextDecoder().decode(bytes);
}

Deno.test("the program alone can be run when a package is installed", () => {
  const programs = FILES.filter(({ mode }) => (mode & 0o111) !== 0);
  assertEquals(programs, [{ path: "usr/bin/solo5", mode: 0o755, content: "program" }]);
  assert(FILES.every(({ mode }) => (mode & 0o7022) === 0));
});

Deno.test("nothing is a configuration of the host's own when a package is installed", () => {
  assertEquals(FILES.filter(({ path }) => path.startsWith("etc/")), []);
  assert(foldersOf(FILES).includes("etc/solo5"));
});

Deno.test("no name is taken that Solo5's own package has when a package is installed", () => {
  const names = FILES.map(({ path }) => path).filter((path) =>
    /^usr\/s?bin\//.test(path)
  );
  assertEquals(names, ["usr/bin/solo5"]);
  assertEquals(
    FILES.filter(({ path }) => /\/solo5(\/|$)/.test(path)).map(({ path }) => path),
    ["usr/bin/solo5", "usr/share/bash-completion/completions/solo5"],
  );
});

Deno.test("generated pages and completions are where man and shells look for them", () => {
  const places: readonly (readonly [string, string])[] = [
    ["usr/share/man/man1/solo5.1.gz", ".TH SOLO5 1\n"],
    ["usr/share/man/man1/solo5-run.1.gz", ".TH SOLO5-RUN 1\n"],
    ["usr/share/man/man1/solo5-hvt-deno.1.gz", ".TH SOLO5-HVT 1\n"],
    ["usr/share/bash-completion/completions/solo5", "complete\n"],
    ["usr/share/bash-completion/completions/solo5-hvt", ". solo5\n"],
    ["usr/share/zsh/vendor-completions/_solo5", "#compdef solo5\n"],
    ["usr/share/fish/vendor_completions.d/solo5.fish", "complete -c solo5\n"],
  ];
  for (const [path, text] of places) assertEquals(contentOf(path), text, path);
  assertEquals(FILES.filter(({ path }) => path.includes("solo5-hvt-debug")), []);
});

Deno.test("compressed files have no time in them when they are made", () => {
  const files = FILES.filter(({ path }) => path.endsWith(".gz"));
  assert(files.length > 2);
  // RFC 1952: MTIME, and XFL for the best compression, which lintian wants.
  for (const { path, content } of files as (PackageFile & { content: Uint8Array })[]) {
    assertEquals([...content.subarray(4, 9)], [0, 0, 0, 0, 2], path);
  }
});

Deno.test("the licence is the project's own when a package says it", () => {
  const text = contentOf("usr/share/doc/solo5-deno/copyright");
  assertEquals(text.includes("@"), false);
  const [, holder] = /^Copyright \(c\) (.+)$/m.exec(SOURCES.license)!;
  assert(text.includes(`Copyright: ${holder}\n`), text);
  const paragraph = text.slice(text.indexOf("License: ISC\n Permission"));
  const flat = (each: string) => each.replace(/^ \.?/gm, "").replace(/\s+/g, " ");
  assert(flat(paragraph).includes(flat(SOURCES.license.split("authors\n\n")[1]!.trim())));
});

Deno.test("folders come before what is in them, each once, when they are listed", () => {
  const folders = foldersOf(FILES);
  assertEquals(new Set(folders).size, folders.length);
  for (const [index, folder] of folders.entries()) {
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    assert(parent === "" || folders.indexOf(parent) < index, folder);
  }
});

Deno.test("maintainer scripts are shell that stops at a failure when dpkg runs them", () => {
  const files = maintainerFiles(SOURCES);
  assertEquals(files.map(({ path, mode }) => [path, mode]), [
    ["postinst", 0o755],
    ["prerm", 0o755],
    ["triggers", 0o644],
  ]);
  for (const { path, content } of files.slice(0, 2)) {
    assert(content !== "program");
    assertMatch(new TextDecoder().decode(content), /^#!\/bin\/sh\nset -e\n/, path);
  }
});

Deno.test("the files are the same, in one order, when they are listed again", () => {
  assertEquals(installedFiles(SOURCES, TEXTS, FACTS), FILES);
  const paths = FILES.map(({ path }) => path);
  assertEquals(paths, paths.toSorted());
});

Deno.test("every page that the unit names is installed when the pages are made", () => {
  const [, names = ""] = /^Documentation=(.*)$/m.exec(SOURCES.file("solo5@.service")) ??
    [];
  const pages = [...names.matchAll(/man:([\w-]+)\((\d)\)/g)];
  assert(pages.length > 0);
  const paths = installedFiles(SOURCES, documents("0.1.0", new Date(0)), FACTS)
    .map(({ path }) => path);
  for (const [, name, section] of pages) {
    assert(paths.includes(`usr/share/man/man${section}/${name}.${section}.gz`), name);
  }
});
