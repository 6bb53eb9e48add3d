/* The few functions that every test guest is linked with. */
#include "guest.h"

/*
 * Entered with boot info in rdi and a stack that is aligned as for a call. Not
 * static: the linker script names it.
 */
void _start(const struct boot_info *info)
{
    halt(guest_main(info));
}

void halt(int status)
{
    volatile struct halt_block block = { 0, status };
    hypercall(HALT, &block);
    for (;;)
        ;
}

void put(const char *data, size_t len)
{
    volatile struct puts_block block = { (uintptr_t)data, len };
    hypercall(PUTS, &block);
}

void print(const char *text)
{
    put(text, length(text));
}

static void print_digits(uint64_t value, unsigned base)
{
    char digits[20];
    char *at = digits + sizeof digits;
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put(at, digits + sizeof digits - at);
}

void print_number(uint64_t value)
{
    print_digits(value, 10);
}

void print_hex(uint64_t value)
{
    print("0x");
    print_digits(value, 16);
}

uint64_t walltime(void)
{
    volatile uint64_t nsecs = 0;
    hypercall(WALLTIME, &nsecs);
    return nsecs;
}

int poll(uint64_t timeout_nsecs, uint64_t *ready_set)
{
    volatile struct poll_block block = { timeout_nsecs, 0, -1 };
    hypercall(POLL, &block);
    if (ready_set)
        *ready_set = block.ready_set;
    return block.ret;
}

int block_write(uint64_t handle, uint64_t offset, const void *data, uint64_t len)
{
    volatile struct block_block block = { handle, offset, (uintptr_t)data, len, -1 };
    hypercall(BLOCK_WRITE, &block);
    return block.ret;
}

int block_read(uint64_t handle, uint64_t offset, void *data, uint64_t len)
{
    volatile struct block_block block = { handle, offset, (uintptr_t)data, len, -1 };
    hypercall(BLOCK_READ, &block);
    return block.ret;
}

int net_write(uint64_t handle, const void *data, uint64_t len)
{
    volatile struct net_block block = { handle, (uintptr_t)data, len, -1 };
    hypercall(NET_WRITE, &block);
    return block.ret;
}

int net_read(uint64_t handle, void *data, uint64_t *len)
{
    volatile struct net_block block = { handle, (uintptr_t)data, *len, -1 };
    hypercall(NET_READ, &block);
    *len = block.len;
    return block.ret;
}

size_t length(const char *text)
{
    size_t len = 0;
    while (text[len])
        len++;
    return len;
}

int equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

int first_word(const char *text, const char *word, const char **rest)
{
    while (*word && *text == *word)
        text++, word++;
    if (*word || (*text && *text != ' '))
        return 0;
    *rest = *text ? text + 1 : text;
    return 1;
}

uint64_t number(const char *text)
{
    uint64_t value = 0;
    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

/* One instruction each, whatever the length: fast where guests are emulated. */
void *memcpy(void *to, const void *from, size_t len)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
    return start;
}

void *memset(void *to, int byte, size_t len)
{
    void *start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(byte) : "memory");
    return start;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    for (; len; len--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
