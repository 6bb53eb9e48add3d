/**
 * Text for man pages: roff's own characters written so that they show. Pure.
 *
 * @module
 */

/** What roff, or a typesetter behind it, would take for something else. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/**
 * Text in the middle of a line, as it is: hyphens are those of a command line,
 * quotes are straight.
 *
 * @throws {TypeError} for a control character, which no page has
 */
export function escapeRoff(text: string): string {
  return text.replace(/[\\\-'"`^~\p{Cc}]|[^\0-\x7f]/gu, (character) => {
    if (/\p{Cc}/u.test(character)) {
      throw new TypeError(`control character in ${JSON.stringify(text)}`);
    }
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return ESCAPES[character] ?? `\\[u${code}]`;
  });
}

/** A line of text: one that begins with a dot is none of roff's requests. */
export function roffLine(escaped: string): string {
  return escaped.startsWith(".") ? `\\&${escaped}` : escaped;
}

/** Bold text. */
export function bold(text: string): string {
  return `\\fB${escapeRoff(text)}\\fR`;
}

/** Text in italics. */
export function italic(text: string): string {
  return `\\fI${escapeRoff(text)}\\fR`;
}

/** A flag, and what it is followed by in the page. */
const FLAG = "(?<![\\w-])--?[a-z][a-z0-9-]*(?![\\w])";

/** A word in capitals that stands for something: `DEVICE`, `FILE.json`. */
const PLACE = "(?<![\\w@.-])[A-Z]{3,}(?:\\.json)?(?![\\w-])|app\\.elf";

/**
 * Text with its flags in bold, and what stands for something in italics.
 *
 * @param isPlace says whether a word in capitals stands for something
 */
export function markUp(text: string, isPlace: (word: string) => boolean): string {
  let done = "", at = 0;
  for (const { 0: word, index } of text.matchAll(new RegExp(`${FLAG}|${PLACE}`, "g"))) {
    const style = word.startsWith("-") ? bold : isPlace(word) ? italic : escapeRoff;
    done += escapeRoff(text.slice(at, index)) + style(word);
    at = index + word.length;
  }
  return done + escapeRoff(text.slice(at));
}
