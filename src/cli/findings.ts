/**
 * What `solo5 doctor` and `solo5 check` have found, as text and as JSON. Pure.
 *
 * @module
 */
import { printable } from "../errors.ts";

/** What a finding means: with one of the last two no guest runs. */
export type Verdict = "ok" | "warning" | "missing" | "error";

/** Something that was looked at, and how it is. */
export interface Finding {
  /** What it means. */
  readonly verdict: Verdict;
  /** What was looked at: a file, a flag, a part of the host. */
  readonly thing: string;
  /** How it is. */
  readonly says: string;
  /** The way out; every finding has one that is not `ok`. */
  readonly remedy?: string;
  /** The command that mends it, where there is one. */
  readonly command?: string;
}

/** The parts of an error that are a finding's. */
export interface Refusal {
  /** What it is about. */
  readonly thing: string;
  /** What is wrong. */
  readonly problem: string;
  /** The way out. */
  readonly remedy: string;
}

/** Makes a finding of a refusal: its line has the refusal's sentence. */
export function findingOf(
  { thing, problem, remedy }: Refusal,
  verdict: Exclude<Verdict, "ok">,
): Finding {
  return { verdict, thing, says: problem, remedy };
}

/** Whether one of them keeps a guest from running. */
export function isReady(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict === "ok" || verdict === "warning");
}

/** Verdicts have as many columns as the longest. */
const COLUMNS = "warning".length + 2;

/** Writes findings for people, a line each. */
export function findingsAsText(findings: readonly Finding[]): string {
  return findings.map((finding) => {
    const { verdict, thing, says, remedy, command } = finding;
    const how = command === undefined ? remedy : `${remedy}: ${command}`;
    const sentence = `${thing}: ${says}${how === undefined ? "" : `; ${how}`}`;
    return `${verdict.padEnd(COLUMNS)}${printable(sentence)}\n`;
  }).join("");
}

/**
 * Writes findings for programs.
 *
 * @param type what the JSON says that it is
 */
export function findingsAsJson(
  type: "solo5.doctor" | "solo5.check",
  findings: readonly Finding[],
): string {
  const value = {
    type,
    version: 1,
    ready: isReady(findings),
    findings: findings.map((finding) =>
      Object.fromEntries(
        Object.entries(finding).map(([key, text]) => [key, printable(text)]),
      )
    ),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
