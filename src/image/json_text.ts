/**
 * JSON text (RFC 8259), read into values that know their line: what a message
 * about a file needs, and `JSON.parse` does not keep.
 *
 * @module
 */
import { OperatorError } from "../errors.ts";

/**
 * What is taken for JSON: the standard's; what Solo5's generator takes; or what
 * people write by hand. The generator asks for no comma between elements, takes
 * several and one behind the last, and looks at nothing behind the first value.
 * By hand there are comments and a comma behind the last element, and no
 * key twice.
 */
export type JsonDialect = "standard" | "solo5" | "commented";

/** A value, and the line that it begins in, from 1. */
export type JsonValue =
  & { readonly line: number }
  & (
    | { readonly kind: "object"; readonly members: ReadonlyMap<string, JsonValue> }
    | { readonly kind: "list"; readonly items: readonly JsonValue[] }
    | { readonly kind: "string"; readonly text: string }
    // A number or word as it is written: 1.0 is not 1 here.
    | { readonly kind: "number" | "word"; readonly text: string }
  );

/** How deep values may be nested: a manifest has three levels, a config file two. */
const MOST_LEVELS = 32;

const BLANKS = /[ \t\r\n]*/y;

/** To the end of the line, or of the comment; one that has no end is two characters. */
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\/|\/\*/y;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

const WORD = /(?:true|false|null)/y;

/**
 * Reads a text. Of members with the same key the last one counts, where there may
 * be several.
 *
 * @param file the name that messages use
 * @throws {OperatorError} with line and column, what stands there and what should
 */
export function readJson(
  file: string,
  text: string,
  dialect: JsonDialect = "standard",
): JsonValue {
  const reader = new Reader(file, text, dialect);
  const value = reader.value(1);
  if (dialect !== "solo5") reader.end();
  return value;
}

/** The most of a string or number that a message shows, in characters. */
const SHOWN_CHARACTERS = 80;

/** Shows a value in a message. */
export function showJson(value: JsonValue): string {
  switch (value.kind) {
    case "object":
      return "an object";
    case "list":
      return "a list";
    case "string":
      return JSON.stringify(shortened(value.text));
    default:
      return shortened(value.text);
  }
}

/** Cuts a text from a file to what a message can show. */
export function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

class Reader {
  readonly #file: string;
  readonly #text: string;
  readonly #dialect: JsonDialect;
  #at = 0;
  #line = 1;

  constructor(file: string, text: string, dialect: JsonDialect) {
    this.#file = file;
    this.#text = text;
    this.#dialect = dialect;
  }

  /** Reads a value that is so many levels deep. */
  value(level: number): JsonValue {
    if (level > MOST_LEVELS) {
      this.#fail(`nested deeper than ${MOST_LEVELS} levels`, "write no more than needed");
    }
    const next = this.#next();
    const line = this.#line;
    if (next === "{") {
      const members = new Map<string, JsonValue>();
      this.#series("}", () => {
        this.#next();
        const start = this.#at;
        const key = this.#string("a key in double quotes");
        if (this.#dialect === "commented" && members.has(key)) {
          const shown = JSON.stringify(shortened(key));
          this.#fail(`found ${shown} a second time`, "drop one", start);
        }
        if (this.#next() !== ":") this.#expected('":"');
        this.#at++;
        members.set(key, this.value(level + 1));
      });
      return { kind: "object", line, members };
    }
    if (next === "[") {
      const items: JsonValue[] = [];
      this.#series("]", () => items.push(this.value(level + 1)));
      return { kind: "list", line, items };
    }
    if (next === '"') return { kind: "string", line, text: this.#string("a value") };
    const number = this.#match(NUMBER);
    if (number !== "") return { kind: "number", line, text: number };
    const word = this.#match(WORD);
    if (word !== "") return { kind: "word", line, text: word };
    return this.#expected("a value");
  }

  /** Fails unless nothing but blanks is left. */
  end(): void {
    if (this.#next() === undefined) return;
    this.#fail(`found ${this.#shown()} behind the end`, "drop what follows it");
  }

  #series(close: "]" | "}", element: () => void): void {
    const strict = this.#dialect !== "solo5";
    const closed = this.#dialect === "standard";
    this.#at++;
    for (let first = true, comma = false;;) {
      const next = this.#next();
      if (next === close) {
        if (comma && closed) {
          this.#fail(`found "${close}" behind a comma`, "drop the comma");
        }
        this.#at++;
        return;
      }
      if (next === ",") {
        if (first || (comma && strict)) {
          this.#fail("found a comma with nothing before it", "drop the comma");
        }
        comma = true;
        this.#at++;
        continue;
      }
      if (!first && !comma && strict) this.#expected(`"," or "${close}"`);
      element();
      first = comma = false;
    }
  }

  #string(expected: string): string {
    if (this.#next() !== '"') this.#expected(expected);
    const start = this.#at++;
    for (;; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character === "\\") this.#at++;
      if (character === undefined) this.#expected("the string's closing \"");
      if (character < " ") {
        this.#fail(`found ${this.#shown()} in a string`, "write it as an escape");
      }
    }
    const quoted = this.#text.slice(start, ++this.#at);
    try {
      return JSON.parse(quoted);
    } catch {
      // Quotes and control characters are right, so an escape is not.
      return this.#fail(
        `found an unknown escape in ${shortened(quoted)}`,
        "write one of JSON's",
        start,
      );
    }
  }

  /**
   * Passes blanks, and comments where there may be some; returns the character
   * there, undefined at the end.
   */
  #next(): string | undefined {
    do {
      const blanks = this.#match(BLANKS);
      this.#line += blanks.split("\n").length - 1;
    } while (this.#dialect === "commented" && this.#comment());
    return this.#text[this.#at];
  }

  /** Passes a comment; returns false where there is none. */
  #comment(): boolean {
    const comment = this.#match(COMMENT);
    if (comment === "") return false;
    if (comment === "/*") {
      this.#fail("found a comment without an end", "close it with */", this.#at - 2);
    }
    this.#line += comment.split("\n").length - 1;
    return true;
  }

  /** Takes what the pattern finds here; "" where it finds nothing. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #shown(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return "the end of the text";
    if (code === 0x22) return "a double quote";
    if (code > 0x20 && code < 0x7f) return `"${String.fromCodePoint(code)}"`;
    return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  }

  #expected(what: string): never {
    return this.#fail(
      `found ${this.#shown()} where ${what} is expected`,
      "mend the JSON",
    );
  }

  #fail(problem: string, remedy: string, at = this.#at): never {
    const before = this.#text.slice(this.#text.lastIndexOf("\n", at - 1) + 1, at);
    const place = `${this.#file}:${this.#line}:${[...before].length + 1}`;
    throw new OperatorError(place, problem, remedy);
  }
}
