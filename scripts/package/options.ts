/**
 * The task's options.
 *
 * @module
 */
import { OperatorError } from "../../src/errors.ts";

/** What the task is asked to do. */
export interface Options {
  /** The program to package; undefined for the build of this version in `dist/`. */
  readonly program: string | undefined;
  /** The how manieth package it is of this version, from 1. */
  readonly revision: number;
}

const USAGE = "usage: deno task package [--program=PATH] [--revision=N]";

/**
 * Reads the arguments; the last of repeated options wins.
 *
 * @throws {OperatorError} for what is not an option or has no such value
 */
export function parseOptions(args: readonly string[]): Options {
  let program: string | undefined, revision = 1;
  for (const arg of args) {
    const [, name, value] = /^--(program|revision)=(.+)$/s.exec(arg) ?? [];
    if (name === "program") program = value!;
    else if (name === "revision") revision = parseRevision(value!);
    else throw new OperatorError(arg, "is not an option of this task", USAGE);
  }
  return { program, revision };
}

function parseRevision(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new OperatorError(
    `--revision=${text}`,
    "is not a package's revision",
    "give a whole number from 1 to 999999",
  );
}
