/* The edges of guest memory that are the guest's to use. */
#include "guest.h"

extern char _end[];

int guest_main(const struct boot_info *info)
{
    char *end = (char *)info->mem_size;
    /* .bss and everything above it is zero and can be written. */
    for (char *at = _end; at < end - 65536; at += 1 << 20) {
        CHECK(*at == 0);
        *at = 1;
    }
    /* The last byte is not the tender's to touch; the one before is. */
    end[-2] = '\n';
    put(end - 2, 1);
    put(end - 1, 0);
    /* An argument block needs no alignment. */
    char *block = (char *)(((uintptr_t)end - 4096) | 3);
    *(uint64_t *)block = (uintptr_t)"unaligned\n";
    *(uint64_t *)(block + 8) = 10;
    hypercall(PUTS, block);
    /* Guests may name what the tender put below the image. */
    uint8_t sink[4];
    memcpy(sink, info->cmdline, sizeof sink);
    put(info->cmdline, length(info->cmdline));
    print("\nSUCCESS\n");
    return 0;
}
