/*
 * Console output: "sizes" writes pieces of many lengths, "flood N" N lines,
 * "bytes" each byte value once, "huge" 64 MiB at once.
 */
#include "guest.h"

static char buffer[1 << 20];

int guest_main(const struct boot_info *info)
{
    const char *rest;
    if (equal(info->cmdline, "bytes")) {
        for (int i = 0; i < 256; i++)
            buffer[i] = i;
        put(buffer, 256);
    } else if (equal(info->cmdline, "huge")) {
        put((char *)0x1000000, 64 << 20);
    } else if (first_word(info->cmdline, "flood", &rest)) {
        for (uint64_t i = number(rest); i > 0; i--) {
            print_number(i);
            print("\n");
        }
    } else {
        static const uint32_t sizes[] = { 0, 1, 2, 79, 80, 4095, 4096, 4097, 65536, 1 << 20 };
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            memset(buffer, 'a' + i, sizes[i]);
            put(buffer, sizes[i]);
        }
    }
    return 0;
}
