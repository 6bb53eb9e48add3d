import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  checked,
  describeErrno,
  Errno,
  lastErrno,
  SystemCallError,
} from "../../../ffi/errno.ts";
import { openFile } from "../../../ffi/files.ts";
import { ioctlWithValue } from "../../../ffi/ioctl.ts";
import { Kvm } from "../../../ffi/linux/kvm.ts";

const ignore = Deno.build.os !== "linux";

for (const [name, errno] of Object.entries(Errno)) {
  Deno.test(`describeErrno() says name and meaning when errno is ${name}`, () => {
    const text = describeErrno(errno);
    assert(text.startsWith(`${name} (`) && text.endsWith(")"), text);
    assert(text.length > name.length + 4, text);
  });
}

Deno.test("describeErrno() says the number when it has no name here", () => {
  assertEquals(describeErrno(4000), "errno 4000");
  assertEquals(describeErrno(0), "errno 0");
});

Deno.test("SystemCallError says object, call and reason when it is made", () => {
  const error = new SystemCallError("TUNSETIFF", "tap0", 16);
  assertEquals(error.message, "tap0: TUNSETIFF: EBUSY (in use by another process)");
  assertEquals([error.call, error.object, error.errno], ["TUNSETIFF", "tap0", 16]);
});

Deno.test("checked() returns the result when it is not negative", () => {
  assertEquals(checked(0, "call", "object"), 0);
  assertEquals(checked(7, "call", "object"), 7);
});

Deno.test({
  name: "lastErrno() is the failed call's when two calls fail in turn, many times",
  ignore,
  fn() {
    const garbage: Uint8Array[] = [];
    for (let round = 0; round < 5000; round++) {
      const missing = () => openFile("/nonexistent/solo5/", "read");
      assertEquals(assertThrows(missing, SystemCallError).errno, Errno.ENOENT);
      assertEquals(lastErrno(), Errno.ENOENT);
      const closed = () => ioctlWithValue(-1, Kvm.RUN, 0, "vCPU");
      assertEquals(assertThrows(closed, SystemCallError).errno, Errno.EBADF);
      // The collector, and the threads that help it, make system calls too.
      garbage[round % 16] = new Uint8Array(64 * 1024);
    }
    assertEquals(garbage.length, 16);
  },
});
