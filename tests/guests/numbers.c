/*
 * "FIRST LAST" writes a block for each of these numbers, round and round over
 * its disk, and says the number when it has been told that the block is
 * written. "hungry FIRST LAST" uses a MiB of memory more for each.
 */
#include "guest.h"

enum { DISK = 1, BLOCK = 32768, SECTOR = 512, PAGE = 4096, MEBIBYTE = 1 << 20 };

static uint64_t block[BLOCK / 8];
extern char _end[];

static const char *eat(const struct boot_info *info, const char *food)
{
    const char *limit = (const char *)info->mem_size - MEBIBYTE;
    const char *rest = food + MEBIBYTE;
    for (; food < rest && food < limit; food += PAGE)
        *(volatile char *)food = 1;
    return food;
}

int guest_main(const struct boot_info *info)
{
    const char *first = info->cmdline, *last, *food = _end;
    uint64_t places = info->manifest->e[DISK].u.block.capacity / BLOCK;
    int hungry = first_word(first, "hungry", &first);
    for (last = first; *last != ' '; last++)
        CHECK(*last != 0);
    uint64_t end = number(last + 1);
    for (uint64_t n = number(first); n <= end; n++) {
        /* Each sector's first and last word. */
        for (uint64_t *sector = block; sector < block + BLOCK / 8; sector += SECTOR / 8) {
            sector[0] = n;
            sector[SECTOR / 8 - 1] = ~n;
        }
        CHECK(block_write(DISK, n % places * BLOCK, block, BLOCK) == OK);
        print_number(n);
        print("\n");
        if (hungry)
            food = eat(info, food);
    }
    return 0;
}
