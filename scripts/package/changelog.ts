/**
 * `CHANGELOG.md` as a Debian changelog (man 5 deb-changelog).
 *
 * @module
 */
import { changelogDate, debianVersion } from "./version.ts";

/** What a changelog says beside the changes. */
export interface ChangelogFacts {
  /** The package's name. */
  readonly package: string;
  /** The program's version, as in `deno.json`. */
  readonly version: string;
  /** The how manieth package of this version. */
  readonly revision: number;
  /** Who made it: `Name <address>`. */
  readonly maintainer: string;
  /** When, in seconds since 1970. */
  readonly time: number;
}

/** Lintian's limit for a line of a changelog. */
const LINE_CHARACTERS = 80;

/** A release in `CHANGELOG.md`. */
interface Release {
  readonly name: string;
  /** `2026-12-01`, where it has one. */
  readonly date: string | undefined;
  readonly lines: readonly string[];
}

function releasesOf(text: string): Release[] {
  return text.split(/^## /m).slice(1).map((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const [, name = "", date] =
      /^\[?([^\]\s]+)\]?(?: - (\d{4}-\d\d-\d\d))?/.exec(heading) ??
        [];
    return { name, date, lines };
  });
}

/** Fills lines anew, the first behind one prefix and all others behind another. */
function fill(text: string, first: string, others: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const full = line.length + 1 + word.length > LINE_CHARACTERS;
    if (full && line.trim() !== "" && line !== first) {
      lines.push(line);
      line = others + word;
    } else line += line === first ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** The changes of a release: headings in brackets, each item behind a star. */
function changesOf({ lines }: Release): string[] {
  const changes: string[] = [];
  for (const block of lines.join("\n").split(/\n(?=- |### )|\n\s*\n/)) {
    const text = block.trim();
    if (text.startsWith("### ")) changes.push("", `  [ ${text.slice(4)} ]`);
    else if (text.startsWith("- ")) changes.push(...fill(text.slice(2), "  * ", "    "));
    else if (text !== "") changes.push(...fill(text, "  * ", "    "));
  }
  return changes;
}

/**
 * Makes the changelog, the newest release first. What stands under `Unreleased`
 * is the packaged version's where that has no section of its own, and nobody's
 * else.
 *
 * @param markdown the text of `CHANGELOG.md`
 */
export function debianChangelog(markdown: string, facts: ChangelogFacts): string {
  const all = releasesOf(markdown);
  const newest = all.find(({ name }) => name === facts.version) ??
    all.find(({ name }) => name === "Unreleased");
  const older = all.filter((each) =>
    each !== newest && each.name !== "Unreleased" && each.date !== undefined
  );
  const entry = (version: string, time: number, changes: readonly string[]) =>
    [
      `${facts.package} (${version}) unstable; urgency=medium`,
      ...changes[0] === "" ? [] : [""],
      ...changes.length === 0 ? ["  * No changes."] : changes,
      "",
      ` -- ${facts.maintainer}  ${changelogDate(time)}`,
    ].join("\n");
  return [
    entry(
      debianVersion(facts.version, facts.revision),
      facts.time,
      newest === undefined ? [] : changesOf(newest),
    ),
    ...older.map((each) =>
      entry(
        debianVersion(each.name, 1),
        Date.parse(`${each.date}T00:00:00Z`) / 1000,
        changesOf(each),
      )
    ),
  ].join("\n\n") + "\n";
}
