/* Does the one thing that its command line names, and says so if it survived. */
#include "guest.h"

static void puts_at(uint64_t data, uint64_t len)
{
    volatile struct puts_block block = { data, len };
    hypercall(PUTS, &block);
}

static uint32_t read_msr(uint32_t index)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
    return low ^ high;
}

static void do_it(const char *what, uint64_t mem)
{
    static char text[] = "constant";
    if (equal(what, "port")) out32(0x80, 0);
    if (equal(what, "port-past-end")) out32(0x509, 0);
    if (equal(what, "port-in")) __asm__ volatile("inl %0, %%eax" : : "d"((uint16_t)0x502) : "eax");
    if (equal(what, "port-byte")) __asm__ volatile("outb %%al, %%dx" : : "a"(0), "d"(0x502));
    if (equal(what, "port-word")) __asm__ volatile("outw %%ax, %%dx" : : "a"(0), "d"(0x502));
    if (equal(what, "hypercall-zero")) hypercall(0, text);
    if (equal(what, "hypercall-net")) hypercall(NET_WRITE, text);
    if (equal(what, "hypercall-block")) hypercall(BLOCK_READ, text);
    if (equal(what, "hlt")) __asm__ volatile("hlt");
    if (equal(what, "triple")) __asm__ volatile("ud2");
    if (equal(what, "null")) *(volatile char *)0 = 1;
    if (equal(what, "boot-info")) *(volatile char *)0x10000 = 1;
    if (equal(what, "write-text")) *(volatile char *)guest_main = 1;
    if (equal(what, "block-past-end")) hypercall(PUTS, (void *)mem);
    if (equal(what, "block-across-end")) hypercall(PUTS, (void *)(mem - 8));
    if (equal(what, "block-last-byte")) hypercall(PUTS, (void *)(mem - 16));
    if (equal(what, "block-in-text")) hypercall(WALLTIME, (void *)guest_main);
    if (equal(what, "data-at-end")) puts_at(mem, 0);
    if (equal(what, "data-last-byte")) puts_at(mem - 1, 1);
    if (equal(what, "data-past-end")) puts_at(mem - 8, 64);
    if (equal(what, "data-4g")) puts_at(0x100000000ull, 1);
    if (equal(what, "data-huge")) puts_at(~0ull, 1);
    if (equal(what, "length-huge")) puts_at(0x100000, ~0ull);
    if (equal(what, "length-wraps")) puts_at(0x100000, -0x100000ull);
    if (equal(what, "length-4g")) puts_at(0x100000, 0x100000000ull);
    if (equal(what, "cookie")) {
        volatile struct halt_block block = { mem - 511, 0 };
        hypercall(HALT, &block);
    }
    if (equal(what, "msr-denied")) read_msr(0x1b);
    if (equal(what, "msr-allowed")) {
        read_msr(0xc0000080);
        read_msr(0xc0000100);
        read_msr(0x277);
        read_msr(0x10);
    }
}

int guest_main(const struct boot_info *info)
{
    do_it(info->cmdline, info->mem_size);
    print("survived\n");
    return 0;
}
