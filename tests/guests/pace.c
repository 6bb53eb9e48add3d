/*
 * Does one thing N times and says how long that took on its own clock, in
 * milliseconds: "puts N BYTES", "read N BYTES" and "write N BYTES" (the disk's
 * start), "send N BYTES", "receive N" (numbered frames of the local experimental
 * type, 0x88b5 of IEEE 802, none of which may be missing). Says when the first is
 * done.
 */
#include "guest.h"

enum { DEVICE = 1, HEADER = 14 };

static uint8_t data[1 << 16];

static uint64_t next_number(const char **text)
{
    uint64_t value = number(*text);
    while (**text && *(*text)++ != ' ')
        ;
    return value;
}

static void receive(uint64_t expected)
{
    for (;;) {
        uint64_t len = sizeof data;
        int result = net_read(DEVICE, data, &len);
        if (result == AGAIN) {
            poll(~0ull, NULL);
            continue;
        }
        CHECK(result == OK);
        /* The host's own chatter (IPv6, say) is not meant. */
        if (len <= HEADER || data[12] != 0x88 || data[13] != 0xb5)
            continue;
        CHECK(data[HEADER] == (uint8_t)expected);
        return;
    }
}

int guest_main(const struct boot_info *info)
{
    enum { PRINT, READ, WRITE, SEND, RECEIVE } what = PRINT;
    static const char *const names[] = { "puts", "read", "write", "send", "receive" };
    const char *rest;
    while (!first_word(info->cmdline, names[what], &rest))
        CHECK(++what <= RECEIVE);
    uint64_t count = next_number(&rest), size = next_number(&rest);
    CHECK(size <= sizeof data);
    memset(data, '.', sizeof data);
    if (what == SEND) {
        memset(data, 0xff, 6);
        data[6] = 2;
        data[12] = 0x88;
        data[13] = 0xb5;
    }
    print("ready\n");
    uint64_t start = rdtsc();
    for (uint64_t n = 0; n < count; n++) {
        if (what == PRINT)
            put((char *)data, size);
        else if (what == READ)
            CHECK(block_read(DEVICE, 0, data, size) == OK);
        else if (what == WRITE)
            CHECK(block_write(DEVICE, 0, data, size) == OK);
        else if (what == SEND)
            CHECK(net_write(DEVICE, data, size) == OK);
        else
            receive(n);
        if (n == 0 && what != PRINT)
            print("first\n");
    }
    uint64_t ticks = rdtsc() - start;
    print("took ");
    print_number(ticks / (info->cpu_cycle_freq / 1000));
    print("\n");
    return 0;
}
