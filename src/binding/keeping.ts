/**
 * The flags by which others follow a guest: its name, and its report.
 *
 * @module
 */
import { isGuestName } from "../contract/figures.ts";
import type { Flag } from "./run_flags.ts";
import { isPassedDescriptor, isPath } from "./values.ts";

/** The flags. */
export const KEEPING_FLAGS: readonly Flag[] = [
  {
    name: "--name",
    device: false,
    value: "NAME",
    help: "what ps, top, stats and metrics call the guest",
    expected:
      "1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first, and no number",
    add(draft, value) {
      draft.keeping.name = value;
      return isGuestName(value);
    },
  },
  {
    name: "--report",
    device: false,
    value: "FILE|@FD",
    help:
      "write as JSON who ended the guest, how, and what it did; valid at every moment",
    expected: "a path, or @ and an open descriptor from 1 on",
    add(draft, value) {
      if (!value.startsWith("@")) {
        draft.keeping.report = { path: value };
        return isPath(value);
      }
      const descriptor = /^@[1-9][0-9]{0,8}$/.test(value) ? Number(value.slice(1)) : 0;
      draft.keeping.report = { descriptor };
      return descriptor < 3 ? descriptor > 0 : isPassedDescriptor(descriptor);
    },
  },
];
