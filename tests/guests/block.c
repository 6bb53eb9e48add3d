/*
 * A disk: without arguments writes and reads back every sector and tries what
 * has to fail; "readonly" checks that writing fails; "overlap" writes its own
 * argument block; "write TEXT" and "read" use the first sector.
 */
#include "guest.h"

static uint8_t out[32768], in[32768];

static void fill(uint64_t sector, uint64_t size)
{
    for (uint64_t i = 0; i < size; i += 8)
        *(uint64_t *)(out + i) = sector * 0x9e3779b97f4a7c15ull + i;
}

static void check_errors(uint64_t capacity, uint64_t size)
{
    const uint64_t disk = 1;
    CHECK(block_read(0, 0, in, size) == EINVAL);
    CHECK(block_read(2, 0, in, size) == EINVAL);
    CHECK(block_read(disk | 1ull << 32, 0, in, size) == EINVAL);
    CHECK(block_read(~0ull, 0, in, size) == EINVAL);
    CHECK(block_read(disk, capacity, in, size) == EINVAL);
    CHECK(block_read(disk, capacity, in, 0) == EINVAL);
    CHECK(block_read(disk, capacity - size, in, size + 1) == EINVAL);
    CHECK(block_read(disk, ~0ull, in, size) == EINVAL);
    CHECK(block_read(disk, ~0ull - size + 1, in, size) == EINVAL);
    CHECK(block_read(disk, size, in, ~0ull) == EINVAL);
    CHECK(block_read(disk, size, in, 1ull << 63) == EINVAL);
    CHECK(block_write(disk, capacity, out, size) == EINVAL);
    CHECK(block_write(disk, 1ull << 62, out, size) == EINVAL);
    /* Lengths and offsets that are no whole sectors are the guest's affair. */
    CHECK(block_read(disk, 0, in, 0) == OK);
    CHECK(block_read(disk, 1, in, 1) == OK);
}

int guest_main(const struct boot_info *info)
{
    const char *rest;
    const struct manifest_entry *disk = &info->manifest->e[1];
    uint64_t capacity = disk->u.block.capacity, size = disk->u.block.block_size;
    CHECK(disk->attached == 1 && disk->type == BLOCK_BASIC);
    CHECK(size >= 512 && size <= sizeof out && capacity % size == 0);
    if (equal(info->cmdline, "overlap")) {
        /* The argument block is part of the data: what is written is as it was. */
        struct block_block *block = (struct block_block *)out;
        memset(out, 0x55, size);
        block->handle = 1;
        block->offset = 0;
        block->data = (uintptr_t)out;
        block->len = size;
        hypercall(BLOCK_WRITE, block);
        CHECK(block->ret == OK);
        CHECK(block_read(1, 0, in, size) == OK);
        CHECK(((struct block_block *)in)->ret == 0x55555555);
        print("SUCCESS\n");
        return 0;
    }
    if (equal(info->cmdline, "readonly")) {
        CHECK(block_read(1, 0, in, size) == OK);
        CHECK(block_write(1, 0, in, size) == EUNSPEC);
        print("SUCCESS\n");
        return 0;
    }
    if (first_word(info->cmdline, "write", &rest)) {
        memcpy(out, rest, length(rest));
        CHECK(block_write(1, 0, out, size) == OK);
        return 0;
    }
    if (equal(info->cmdline, "read")) {
        CHECK(block_read(1, 0, in, size) == OK);
        print((char *)in);
        return 0;
    }
    for (uint64_t at = 0; at < capacity; at += size) {
        fill(at / size, size);
        CHECK(block_write(1, at, out, size) == OK);
    }
    for (uint64_t at = 0; at < capacity; at += size) {
        fill(at / size, size);
        CHECK(block_read(1, at, in, size) == OK);
        CHECK(memcmp(in, out, size) == 0);
    }
    check_errors(capacity, size);
    print_number(capacity / size);
    print(" sectors of ");
    print_number(size);
    print("\nSUCCESS\n");
    return 0;
}
