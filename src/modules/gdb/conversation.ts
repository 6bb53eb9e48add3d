/**
 * Talking with the debugger while the guest stands still.
 *
 * @module
 */
import { EndedByDebugger } from "../../errors.ts";
import { type Answer, GdbSignal, MALFORMED, type Stop } from "./answers.ts";
import type { Link } from "./link.ts";
import type { Session } from "./session.ts";

/** What the guest is to do after that. */
export type Verdict =
  | "run"
  | "step"
  /** It runs on, without a debugger: the conversation is over. */
  | "detach"
  /** A signal is to end it. */
  | "signal";

/** A conversation with the debugger. */
export class Conversation {
  readonly #link: Link;
  readonly #session: Session;

  constructor(link: Link, session: Session) {
    this.#link = link;
    this.#session = session;
  }

  /** Says that the guest has stopped, and answers until it goes on. */
  hold(stop: Stop): Verdict {
    this.#link.say(this.#session.describeStop(stop));
    return this.answer();
  }

  /**
   * Answers until the guest goes on.
   *
   * @throws {EndedByDebugger} when it is not to go on
   */
  answer(): Verdict {
    for (;;) {
      const heard = this.#link.hear();
      if (heard.kind === "signal") return "signal";
      if (heard.kind === "closed") throw gone();
      const verdict = this.#follow(
        heard.kind === "oversized" ? MALFORMED : this.#session.answer(heard.data),
      );
      if (verdict !== undefined) return verdict;
    }
  }

  #follow(answer: Answer): Verdict | undefined {
    switch (answer.kind) {
      case "reply":
        this.#link.say(answer.data);
        return undefined;
      case "no acknowledgements":
        this.#link.stopAcknowledging();
        return undefined;
      case "resume":
        return answer.step ? "step" : "run";
      case "detach":
        this.#link.finish("OK");
        return "detach";
      case "kill":
        if (answer.data !== undefined) this.#link.finish(answer.data);
        throw new EndedByDebugger("Debugger asked us to quit");
    }
  }

  /**
   * The stop that the debugger asks for while the guest runs, if it does.
   *
   * @throws {EndedByDebugger} when it is gone
   */
  interrupted(): Stop | undefined {
    switch (this.#link.glance()) {
      case "interrupt":
        return { signal: GdbSignal.INT };
      case "closed":
        throw gone();
      default:
        return undefined;
    }
  }

  /** Has the debugger show a line to its user; only while the guest runs. */
  show(line: string): void {
    this.#link.say(`O${new TextEncoder().encode(`${line}\n`).toHex()}`);
  }

  /** Says that the guest has ended with a status of its own. */
  exited(status: number): void {
    this.#link.finish(`W${byte(status)}`);
  }

  /** Says that the guest was ended, as a process by this signal of gdb's. */
  terminated(signal: number): void {
    this.#link.finish(`X${byte(signal)}`);
  }

  /** Ends it without a word. */
  close(): void {
    this.#link.close();
  }
}

function gone(): EndedByDebugger {
  return new EndedByDebugger("Exiting as the debugger has closed the connection");
}

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
