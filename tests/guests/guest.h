/*
 * What a test guest is written against: the hvt ABI from the guest's side
 * (docs/abi.md) and a few functions instead of a C library.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

struct boot_info {
    uint64_t mem_size;
    uint64_t kernel_end;
    uint64_t cpu_cycle_freq;
    const char *cmdline;
    const struct manifest *manifest;
    uint32_t host_features; /* from here on: ABI version 2 */
    uint32_t guest_features;
    uint64_t net_ring;
};

struct manifest_entry {
    char name[68];
    uint32_t type;
    union {
        struct { uint8_t mac[6]; uint16_t mtu; } net;
        struct { uint64_t capacity; uint16_t block_size; } block;
        uint64_t words[2];
    } u;
    uint64_t host;
    uint8_t attached;
    uint8_t padding[7];
};

struct manifest {
    uint32_t version;
    uint32_t entries;
    struct manifest_entry e[];
};

enum { BLOCK_BASIC = 1, NET_BASIC = 2 };
enum { OK = 0, AGAIN = 1, EINVAL = 2, EUNSPEC = 3 };
enum { WALLTIME = 1, PUTS, POLL, BLOCK_WRITE, BLOCK_READ, NET_WRITE, NET_READ, HALT };

struct puts_block { uint64_t data, len; };
struct poll_block { uint64_t timeout_nsecs, ready_set; int32_t ret; };
struct block_block { uint64_t handle, offset, data, len; int32_t ret; };
struct net_block { uint64_t handle, data, len; int32_t ret; };
struct halt_block { uint64_t cookie; int32_t exit_status; };

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "d"(port) : "memory");
}

/* The identity map makes an address its own gpa. */
static inline void hypercall(int number, volatile void *block)
{
    out32(0x500 + number, (uint32_t)(uintptr_t)block);
}

static inline uint64_t rdtsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* The guest itself; its result is the exit status. */
int guest_main(const struct boot_info *info);

void halt(int status) __attribute__((noreturn));
void put(const char *data, size_t len);
void print(const char *text);
void print_number(uint64_t value);
void print_hex(uint64_t value);
uint64_t walltime(void);
/* Returns the number of ready devices. */
int poll(uint64_t timeout_nsecs, uint64_t *ready_set);
int block_write(uint64_t handle, uint64_t offset, const void *data, uint64_t len);
int block_read(uint64_t handle, uint64_t offset, void *data, uint64_t len);
int net_write(uint64_t handle, const void *data, uint64_t len);
/* *len: room before, length of the frame after. */
int net_read(uint64_t handle, void *data, uint64_t *len);

size_t length(const char *text);
int equal(const char *a, const char *b);
/* Whether text begins with word; *rest is what follows it and a blank. */
int first_word(const char *text, const char *word, const char **rest);
uint64_t number(const char *text);
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

/* Prints the condition and ends with status 1 unless it holds. */
#define CHECK(condition) \
    do { if (!(condition)) { print("FAILED: " #condition "\n"); halt(1); } } while (0)

#endif
