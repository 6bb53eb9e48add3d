/**
 * Reading OpenMetrics text, strictly (the specification's version 1.0, as far as
 * counters and gauges go).
 *
 * @module
 */

/** A value with its labels, in their order. */
export interface MetricSample {
  /** The labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value. */
  readonly value: number;
}

/** Values of one kind. */
export interface MetricFamily {
  /** Its type. */
  readonly type: string;
  /** Its unit, where it says one. */
  unit?: string;
  /** What it has. */
  readonly samples: MetricSample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = `([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"`;

/**
 * Reads a text.
 *
 * @throws {Error} where it breaks a rule
 */
export function readOpenMetrics(text: string): Map<string, MetricFamily> {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.pop() !== "# EOF") {
    throw new Error("no # EOF at the end");
  }
  const families = new Map<string, MetricFamily>();
  let current: [name: string, family: MetricFamily] | undefined;
  const seen = new Set<string>();
  for (const line of lines) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, keyword, name = "", rest = ""] =
      new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.+)$`).exec(line) ?? [];
    if (keyword === "TYPE") {
      if (families.has(name)) fail("a family that is there twice");
      if (rest !== "counter" && rest !== "gauge") fail("an unknown type");
      current = [name, { type: rest, samples: [] }];
      families.set(...current);
    } else if (keyword !== undefined) {
      if (name !== current?.[0] || current[1].samples.length > 0) fail("out of order");
      if (keyword === "UNIT") {
        if (!name.endsWith(`_${rest}`)) fail("a name without its unit");
        current![1].unit = rest;
      }
    } else {
      const sample = new RegExp(`^(${NAME})\\{(${LABEL}(?:,${LABEL})*)\\} (\\S+)$`)
        .exec(line) ?? fail("no sample");
      const [name, family] = current ?? fail("a sample before a family");
      const suffix = family.type === "counter" ? "_total" : "";
      if (sample[1] !== name + suffix) fail("a sample of another family");
      const labels: Record<string, string> = {};
      for (const [, label, value] of sample[2]!.matchAll(new RegExp(LABEL, "g"))) {
        if (Object.hasOwn(labels, label!)) fail("a label that is there twice");
        labels[label!] = value!.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
      }
      const key = `${sample[1]} ${JSON.stringify(Object.entries(labels).toSorted())}`;
      if (seen.has(key)) fail("a sample that is there twice");
      seen.add(key);
      const value = Number(sample.at(-1));
      if (!Number.isFinite(value) || (family.type === "counter" && value < 0)) {
        fail("no value");
      }
      family.samples.push({ labels, value });
    }
  }
  return families;
}
