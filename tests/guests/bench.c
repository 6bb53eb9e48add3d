/*
 * Repeats one hypercall: "walltime N", "puts N", "read N BYTES", "write N BYTES"
 * (each of the disk's first 16 MiB in turn). The loop is as short as can be, so
 * that the hypercall dominates even where guests are emulated.
 */
#include "guest.h"

static char text[80];
static char data[32768];

int guest_main(const struct boot_info *info)
{
    const char *rest;
    print("benchmark\n");
    if (first_word(info->cmdline, "walltime", &rest)) {
        volatile uint64_t nsecs;
        for (uint64_t n = number(rest); n; n--)
            hypercall(WALLTIME, &nsecs);
    } else if (first_word(info->cmdline, "puts", &rest)) {
        memset(text, '.', sizeof text);
        volatile struct puts_block block = { (uintptr_t)text, sizeof text };
        for (uint64_t n = number(rest); n; n--)
            hypercall(PUTS, &block);
    } else {
        int call = first_word(info->cmdline, "write", &rest) ? BLOCK_WRITE : BLOCK_READ;
        if (call == BLOCK_READ)
            CHECK(first_word(info->cmdline, "read", &rest));
        uint64_t n = number(rest), size;
        while (*rest && *rest++ != ' ')
            ;
        size = number(rest);
        volatile struct block_block block = { 1, 0, (uintptr_t)data, size, -1 };
        for (; n; n--) {
            hypercall(call, &block);
            block.offset = (block.offset + size) & 0xffffff;
        }
    }
    return 0;
}
