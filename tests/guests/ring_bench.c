/*
 * Traffic through the network ring, as Solo5's bindings use it: "send N BYTES"
 * sends N frames, "receive N" takes N frames of the local experimental type
 * (0x88b5, IEEE 802), waiting with POLL where there is none. Without a ring the
 * hypercalls do the same.
 */
#include "ring.h"

enum { HEADER = 14 };

static uint8_t slots[RING_ENTRIES][RING_SLOT_BYTES];
static uint8_t frame[RING_SLOT_BYTES];

static void send(struct ring *ring, uint64_t count, uint32_t size)
{
    memset(frame, 0xff, 6);
    frame[6] = 2;
    frame[12] = 0x88;
    frame[13] = 0xb5;
    for (; count; count--)
        if (ring)
            ring_write(ring, slots, 1, frame, size);
        else
            CHECK(net_write(1, frame, size) == OK);
    if (ring)
        ring_drain(ring);
}

static void receive(struct ring *ring, uint64_t count)
{
    while (count) {
        poll(~0ull, 0);
        for (int result = OK; result == OK && count;) {
            uint32_t len = sizeof frame;
            uint64_t wide = sizeof frame;
            result = ring ? ring_read(ring, 1, frame, &len) : net_read(1, frame, &wide);
            CHECK(result == OK || result == AGAIN);
            if (result == OK && frame[12] == 0x88 && frame[13] == 0xb5)
                count--;
        }
    }
}

int guest_main(const struct boot_info *info)
{
    struct ring *ring = ring_of(info);
    const char *rest;
    print(ring ? "ring\n" : "no ring\n");
    if (first_word(info->cmdline, "send", &rest)) {
        uint64_t count = number(rest);
        while (*rest && *rest++ != ' ')
            ;
        send(ring, count, number(rest));
    } else {
        CHECK(first_word(info->cmdline, "receive", &rest));
        receive(ring, number(rest));
    }
    return 0;
}
