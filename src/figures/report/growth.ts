/**
 * Adding members to a JSON object so that it is one at every moment: each store
 * writes the next character, and with it everything that closes the object again.
 * Pure.
 *
 * @module
 */
import { spell, WORD_BYTES } from "./document.ts";

/** Something that is added: texts, and objects of them. */
export interface Members {
  readonly [name: string]: string | Members;
}

/** One store: eight characters at a place. */
export type Store = readonly [at: number, word: string];

/** Where an addition has got to. */
interface Point {
  /** How many objects are open. */
  depth: number;
  /** What is to follow, as far as it matters for closing. */
  next: "name" | "in name" | "colon" | "value" | "in value" | "comma";
}

/** What closes an object that was left at a point. */
function closing({ depth, next }: Point): string {
  const missing = {
    name: `"":0`,
    "in name": `":0`,
    colon: ":0",
    value: "0",
    "in value": `"`,
    comma: "",
  }[next];
  return missing + "}".repeat(depth);
}

/**
 * Stores that add members to an object that is not empty.
 *
 * @param end place of its last brace, which is deep enough in blanks
 * @param room how many bytes there are from there on
 * @param members no more than two objects deep; texts that are not ASCII only
 * directly in the object
 * @returns in their order; a text that does not fit is cut
 */
export function growth(end: number, room: number, members: Members): Store[] {
  const stores: Store[] = [];
  const point: Point = { depth: 1, next: "comma" };
  const last = end + room - WORD_BYTES;
  let at = end;
  const put = (token: string, next: Point["next"], deeper = 0) => {
    point.next = next;
    point.depth += deeper;
    stores.push([at, (token + closing(point)).padEnd(WORD_BYTES)]);
    at += token.length;
  };
  const text = (value: string, within: "in name" | "in value", then: Point["next"]) => {
    put(`"`, within);
    for (const token of tokens(value)) {
      if (at + token.length + WORD_BYTES > last) break;
      put(token, within);
    }
    put(`"`, then);
  };
  const object = (value: Members, first: boolean) => {
    for (const [name, member] of Object.entries(value)) {
      // Enough for a member without a text.
      if (at + name.length + 4 * WORD_BYTES > last) return;
      if (!first) put(",", "name");
      first = false;
      text(name, "in name", "colon");
      put(":", "value");
      if (typeof member === "string") text(member, "in value", "comma");
      else {
        // An object that is empty is whole: nothing has to follow.
        put("{", "comma", 1);
        object(member, true);
        put("}", "comma", -1);
      }
    }
  };
  object(members, false);
  return stores;
}

/** What of a text has to be stored at once: characters, and escapes. */
function tokens(text: string): readonly string[] {
  return spell(text).slice(1, -1).match(/\\u[0-9a-f]{4}|\\.|./g) ?? [];
}
