/**
 * The functions of `@std/assert` that the tests use, over `node:assert/strict`
 * (docs/decisions/0003-std-names.md).
 *
 * @module
 */
import assertStrict from "node:assert/strict";

/** Fails unless `condition` holds. */
export function assert(condition: unknown, message?: string): asserts condition {
  assertStrict.ok(condition, message);
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.deepStrictEqual(actual, expected, message);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void {
  assertStrict.ok(
    actual.includes(expected),
    message ??
      `expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`,
  );
}

/** Fails unless `actual` matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assertStrict.match(actual, expected, message);
}

/**
 * Fails unless `action` throws an error of the class, with the words in its
 * message.
 *
 * @returns the error
 */
export function assertThrows<E extends Error>(
  action: () => unknown,
  // deno-lint-ignore no-explicit-any -- any constructor will do
  errorClass: new (...args: any[]) => E,
  words = "",
): E {
  try {
    action();
  } catch (error) {
    assertStrict.ok(
      error instanceof errorClass,
      `expected ${errorClass.name}, got ${error}`,
    );
    assertStringIncludes(error.message, words);
    return error;
  }
  assertStrict.fail(`expected ${errorClass.name} to be thrown`);
}

/** Fails unless `promise` rejects with an error of the class. */
export async function assertRejects<E extends Error>(
  action: () => Promise<unknown>,
  // deno-lint-ignore no-explicit-any -- any constructor will do
  errorClass: new (...args: any[]) => E,
  words = "",
): Promise<E> {
  let result: { error: unknown } | undefined;
  try {
    await action();
  } catch (error) {
    result = { error };
  }
  return assertThrows(
    () => {
      if (result) throw result.error;
    },
    errorClass,
    words,
  );
}
