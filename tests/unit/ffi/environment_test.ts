import { assertEquals } from "@std/assert";
import { environmentVariable } from "../../../ffi/environment.ts";

Deno.test("environmentVariable() returns the value when the variable is set", () => {
  Deno.env.set("SOLO5_TEST_VARIABLE", "a:b é");
  assertEquals(environmentVariable("SOLO5_TEST_VARIABLE"), "a:b é");
  Deno.env.set("SOLO5_TEST_VARIABLE", "");
  assertEquals(environmentVariable("SOLO5_TEST_VARIABLE"), "");
});

Deno.test("environmentVariable() returns undefined when the variable is not set", () => {
  Deno.env.delete("SOLO5_TEST_VARIABLE");
  assertEquals(environmentVariable("SOLO5_TEST_VARIABLE"), undefined);
});
