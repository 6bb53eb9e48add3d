/*
 * The network ring. "info" prints what boot info says. "echo" sends every frame
 * of the local experimental type (0x88b5, IEEE 802) back with the addresses
 * exchanged, until a payload begins with 'Q'; "burst N" sends N numbered frames
 * and ends at once; "odd" does what is unusual and allowed. Every other word is a
 * lie that has to end the guest.
 */
#include "ring.h"

enum { HEADER = 14, SMALLEST = 60 };

static uint8_t slots[RING_SLOTS][RING_SLOT_BYTES];
static uint8_t frame[4096];

static void address_frame(void)
{
    memset(frame, 0xff, 6);
    frame[6] = 2;
    frame[12] = 0x88;
    frame[13] = 0xb5;
}

static void echo(struct ring *ring)
{
    for (;;) {
        CHECK(poll(~0ull, 0) == 1);
        for (;;) {
            uint32_t len = sizeof frame;
            int result = ring_read(ring, 1, frame, &len);
            if (result == AGAIN) {
                CHECK(len == 0);
                break;
            }
            CHECK(result == OK && len >= HEADER);
            /* The host's own chatter (IPv6, say) is not ours to answer. */
            if (frame[12] != 0x88 || frame[13] != 0xb5)
                continue;
            uint8_t sender[6];
            memcpy(sender, frame + 6, 6);
            memcpy(frame + 6, frame, 6);
            memcpy(frame, sender, 6);
            ring_write(ring, slots, 1, frame, len);
            if (len > HEADER && frame[HEADER] == 'Q')
                return;
        }
    }
}

static void burst(struct ring *ring, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        memcpy(frame + HEADER, &n, sizeof n);
        ring_write(ring, slots, 1, frame, SMALLEST);
    }
}

/* Without any effect, or answered. */
static void odd(struct ring *ring)
{
    ring_fill(ring, 77, 1, frame, SMALLEST);
    ring_submit(ring);
    ring_fill(ring, RING_NET_WRITE, 9, (void *)~0ull, ~0u);
    ring_submit(ring);
    uint32_t len = 100;
    CHECK(ring_read(ring, 0xffffffff, (void *)~0ull, &len) == EINVAL && len == 0);
    for (int n = 0; n < 3; n++)
        ring_kick();
    ring_drain(ring);
    /* The tender's own words: it has them only to write them. */
    uint32_t head = ring->ent_head, tail = ring->com_tail;
    ring->ent_head = head + 12345;
    ring->com_tail = tail + 54321;
    ring->needs_kick = 0;
    memset(ring->commits, 0xff, sizeof ring->commits);
    ring_fill(ring, RING_NET_WRITE, 1, frame, SMALLEST);
    ring->ent_tail++;
    ring_kick();
    ring_drain(ring);
    /* Exactly full. */
    for (int n = 0; n < RING_ENTRIES; n++)
        ring->entries[n].operation = 0;
    ring->ent_tail += RING_ENTRIES;
    ring_kick();
    ring_drain(ring);
    CHECK(ring->ent_tail == ring->ent_head);
}

static void lie(struct ring *ring, const struct boot_info *info, const char *how)
{
    const void *data = frame;
    uint32_t operation = RING_NET_WRITE, len = SMALLEST, entries = 1;
    uint8_t *end = (uint8_t *)info->mem_size;
    if (equal(how, "ahead"))
        entries = RING_ENTRIES + 1;
    else if (equal(how, "behind"))
        entries = -1;
    else if (equal(how, "past-end"))
        data = end - SMALLEST;
    else if (equal(how, "into-ring"))
        operation = RING_NET_READ, data = end;
    else if (equal(how, "into-text"))
        operation = RING_NET_READ, data = (void *)0x100000;
    else if (equal(how, "huge"))
        data = (void *)0xfffffffffffff000, len = ~0u;
    else
        CHECK(equal(how, "short") && (len = HEADER - 1));
    ring_fill(ring, operation, 1, data, len);
    compiler_barrier();
    ring->ent_tail += entries;
    ring_kick();
}

int guest_main(const struct boot_info *info)
{
    struct ring *ring = ring_of(info);
    const char *word = info->cmdline, *rest;
    if (equal(word, "info")) {
        print_number(info->mem_size >> 20);
        print(ring ? " MiB, ring at " : " MiB, no ring");
        if (ring) {
            print_hex(info->net_ring);
            CHECK(ring->entries[1023].id == 0 && ring->commits[1023].id == 0);
        }
        print("\n");
        return 0;
    }
    if (equal(word, "kick")) {
        ring_kick();
        print("kicked\n");
        return 0;
    }
    CHECK(ring);
    address_frame();
    print("ring\n");
    if (equal(word, "echo"))
        echo(ring);
    else if (first_word(word, "burst", &rest))
        burst(ring, number(rest));
    else if (equal(word, "odd"))
        odd(ring);
    else if (first_word(word, "poll", &rest)) {
        lie(ring, info, rest);
        poll(~0ull, 0);
    } else if (first_word(word, "halt", &rest))
        lie(ring, info, rest);
    else {
        lie(ring, info, word);
        for (;;)
            __asm__ volatile("pause");
    }
    return 0;
}
