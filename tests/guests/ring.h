/*
 * The network ring from the guest's side (docs/abi.md, "Network ring"): what a
 * guest does with it that means well, and its layout for one that does not.
 */
#ifndef RING_H
#define RING_H

#include "guest.h"

/* As many as entries, as in Solo5's bindings, unless a guest is to lack room. */
#ifndef RING_SLOTS
#define RING_SLOTS 1024
#endif

enum { RING_ENTRIES = 1024, RING_SLOT_BYTES = 2048, RING_OFFERED = 1 };
enum { RING_NET_WRITE = 1, RING_NET_READ = 2 };

struct ring_entry {
    uint32_t operation, handle;
    uint64_t data;
    uint32_t len, id;
    uint64_t reserved;
};

struct ring_commit {
    uint32_t id;
    int32_t ret;
    uint32_t len, reserved;
};

struct ring {
    volatile uint32_t ent_tail, com_head;
    uint8_t padding0[56];
    volatile uint32_t ent_head, com_tail, needs_kick;
    uint8_t padding1[52];
    struct ring_entry entries[RING_ENTRIES];
    struct ring_commit commits[RING_ENTRIES];
};

static inline struct ring *ring_of(const struct boot_info *info)
{
    return info->host_features & RING_OFFERED ? (struct ring *)info->net_ring : 0;
}

static inline void compiler_barrier(void)
{
    __asm__ volatile("" : : : "memory");
}

static inline void ring_kick(void)
{
    out32(0x600, 0);
}

static inline void ring_fill(struct ring *ring, uint32_t operation, uint64_t handle,
                             const void *data, uint32_t len)
{
    uint32_t tail = ring->ent_tail;
    ring->entries[tail % RING_ENTRIES] = (struct ring_entry){
        operation, handle, (uintptr_t)data, len, tail, 0
    };
}

/* Makes what was filled in seen, and wakes the tender if it sleeps. */
static inline void ring_submit(struct ring *ring)
{
    compiler_barrier();
    ring->ent_tail++;
    __asm__ volatile("mfence" : : : "memory");
    if (ring->needs_kick)
        ring_kick();
}

static inline void ring_wait_for_room(struct ring *ring)
{
    while (ring->ent_tail - ring->ent_head >= RING_SLOTS - 1)
        __asm__ volatile("pause");
}

/* Until the tender has taken every entry. */
static inline void ring_drain(struct ring *ring)
{
    while (ring->ent_tail != ring->ent_head)
        __asm__ volatile("pause");
}

/* Copies a frame into the next slot and hands that over. */
static inline void ring_write(struct ring *ring, uint8_t (*slots)[RING_SLOT_BYTES],
                              uint64_t handle, const void *frame, uint32_t len)
{
    ring_wait_for_room(ring);
    uint8_t *slot = slots[ring->ent_tail % RING_SLOTS];
    memcpy(slot, frame, len);
    ring_fill(ring, RING_NET_WRITE, handle, slot, len);
    ring_submit(ring);
}

/* Returns the result; *len: room before, length of the frame after. */
static inline int ring_read(struct ring *ring, uint64_t handle, void *data, uint32_t *len)
{
    ring_fill(ring, RING_NET_READ, handle, data, *len);
    ring_submit(ring);
    while (ring->com_head == ring->com_tail)
        __asm__ volatile("pause");
    compiler_barrier();
    const struct ring_commit *commit = &ring->commits[ring->com_head % RING_ENTRIES];
    int ret = commit->ret;
    *len = commit->len;
    ring->com_head++;
    return ret;
}

#endif
