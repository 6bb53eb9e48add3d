import { assertEquals, assertThrows } from "@std/assert";
import { OperatorError } from "../../../src/errors.ts";
import { findUser } from "../../../src/sandbox/user.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
# a comment
daemon:x:1:2:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:99:98::/:/bin/false
strange:x:-1:1::/:
huge:x:4294967295:1::/:
wheel:x:7:0::/:
`;

for (
  const [asked, uid, gid] of [
    ["daemon", 1, 2],
    ["nobody", 99, 98],
    ["1000:1001", 1000, 1001],
  ] as const
) {
  Deno.test(`findUser() finds ${asked}`, () => {
    assertEquals(findUser(asked, PASSWD), { uid, gid });
  });
}

Deno.test("findUser() has nobody when there is no user database", () => {
  assertEquals(findUser("nobody", undefined), { uid: 65534, gid: 65534 });
});

for (
  const [asked, sentence] of [
    ["somebody", "no such user in /etc/passwd"],
    ["strange", "no such user"],
    ["huge", "no such user"],
    ["4294967295:5", "no such user"],
    ["root", "does not stay root"],
    ["wheel", "does not stay root"],
    ["0:5", "does not stay root"],
    ["5:0", "does not stay root"],
    ["", "no such user"],
  ] as const
) {
  Deno.test(`findUser() refuses "${asked}"`, () => {
    assertThrows(() => findUser(asked, PASSWD), OperatorError, sentence);
  });
}
