/*
 * A long run. Waits for a frame of the local experimental type (0x88b5, IEEE
 * 802), sends it back with the addresses exchanged and its own count of polls
 * behind the payload's first eight bytes, and writes and reads back a block of
 * its disk; until a payload begins with 'Q'. Says its counts every 4096 frames
 * and at the end. "deaf" waits without ever reading a frame.
 */
#include "guest.h"

enum { NET = 1, DISK = 2, HEADER = 14, PLACES = 256, BLOCK = 512 };

static uint8_t frame[2048];
static uint64_t out[BLOCK / 8], in[BLOCK / 8];
static uint64_t polls, packets, blocks;

static void say_counts(void)
{
    print("polls ");
    print_number(polls);
    print(" packets ");
    print_number(packets);
    print(" blocks ");
    print_number(blocks);
    print(" at ");
    print_number(walltime() / 1000000000);
    print("\n");
}

static void use_disk(uint64_t place, uint64_t distance)
{
    uint64_t offset = place % PLACES * distance;
    out[0] = place;
    out[BLOCK / 8 - 1] = ~place;
    CHECK(block_write(DISK, offset, out, BLOCK) == OK);
    CHECK(block_read(DISK, offset, in, BLOCK) == OK);
    CHECK(in[0] == place && in[BLOCK / 8 - 1] == ~place);
    blocks += 2;
}

int guest_main(const struct boot_info *info)
{
    uint64_t distance = info->manifest->e[DISK].u.block.capacity / PLACES;
    int quit = 0;
    distance -= distance % BLOCK;
    print("ready\n");
    if (equal(info->cmdline, "deaf"))
        for (;;)
            poll(~0ull, NULL);
    for (uint64_t frames = 0; !quit;) {
        uint64_t len = sizeof frame;
        poll(~0ull, NULL);
        polls++;
        if (net_read(NET, frame, &len) != OK || len < HEADER + 16 ||
            *(uint16_t *)(frame + 12) != 0xb588)
            continue;
        quit = frame[HEADER] == 'Q';
        uint32_t high = *(uint32_t *)frame;
        uint16_t low = *(uint16_t *)(frame + 4);
        *(uint32_t *)frame = *(uint32_t *)(frame + 6);
        *(uint16_t *)(frame + 4) = *(uint16_t *)(frame + 10);
        *(uint32_t *)(frame + 6) = high;
        *(uint16_t *)(frame + 10) = low;
        *(uint64_t *)(frame + HEADER + 8) = polls;
        CHECK(net_write(NET, frame, len) == OK);
        packets += 2;
        use_disk(++frames, distance);
        if (frames % 4096 == 0)
            say_counts();
    }
    say_counts();
    return 0;
}
