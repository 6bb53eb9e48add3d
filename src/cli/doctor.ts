/**
 * `solo5 doctor`: whether guests can run on this host, and what mends it.
 *
 * @module
 */
import { ExitStatus } from "../contract/exit_status.ts";
import { OperatorError } from "../errors.ts";
import { requireHost } from "../machine/machine.ts";
import { DOCTOR } from "./description/doctor.ts";
import { collectFacts } from "./doctor/collect.ts";
import { judge, judgeOtherSystem } from "./doctor/judge.ts";
import { type Finding, findingsAsJson, findingsAsText, isReady } from "./findings.ts";
import { printText } from "./output.ts";
import { readWords } from "./words.ts";

/**
 * Looks at the host, and prints what it finds.
 *
 * @returns 0 where a guest can run
 * @throws {OperatorError} for arguments that it does not take
 */
export async function doctor(args: readonly string[]): Promise<number> {
  const { flags, help } = readWords(["doctor"], DOCTOR, args);
  if (help) {
    (await import("./help.ts")).printUsage(["doctor"]);
    return ExitStatus.SUCCESS;
  }
  const findings = examine();
  printText(
    flags.has("--json")
      ? findingsAsJson("solo5.doctor", findings)
      : findingsAsText(findings),
  );
  return isReady(findings) ? ExitStatus.SUCCESS : ExitStatus.OPERATOR;
}

/** Elsewhere than on Linux there is no libc to ask. */
function examine(): Finding[] {
  try {
    requireHost();
  } catch (error) {
    if (error instanceof OperatorError) return judgeOtherSystem(error);
    throw error;
  }
  return judge(collectFacts());
}
