/**
 * The texts of descriptions: paragraphs, and lines that stay as they are. Pure.
 *
 * @module
 */

/** A paragraph, or lines that stay as they are. */
export type Block =
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "literal"; readonly lines: readonly string[] };

/**
 * Takes a text apart: an empty line ends a paragraph, and so does a line that
 * begins with blanks, which stays as it is.
 */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  let words: string[] = [], lines: string[] = [];
  const end = () => {
    if (words.length > 0) found.push({ kind: "paragraph", text: words.join(" ") });
    if (lines.length > 0) found.push({ kind: "literal", lines });
    [words, lines] = [[], []];
  };
  for (const line of text.split("\n")) {
    const literal = line.startsWith(" ");
    if (line === "" || (literal ? words : lines).length > 0) end();
    if (literal) lines.push(line);
    else if (line !== "") words.push(line);
  }
  end();
  return found;
}

/** Breaks a text into lines of at most this many characters; words stay whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
