/**
 * `describe` and `it` of `@std/testing/bdd`, over `node:test`
 * (docs/decisions/0003-std-names.md).
 *
 * @module
 */
export { describe, it } from "node:test";
