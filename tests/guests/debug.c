/*
 * Something to debug; the only guest that keeps its symbols. Without a word it
 * adds numbers up and ends with status 42.
 */
#include "guest.h"

volatile uint64_t counter;
volatile uint64_t total;
volatile uint64_t nsecs;
volatile uint8_t flag = 1;

__attribute__((noinline)) uint64_t add(uint64_t a, uint64_t b)
{
    __asm__ volatile("");
    return a + b;
}

__attribute__((noinline)) static void count(void)
{
    for (counter = 0; counter < 4; counter++)
        total = add(total, counter);
}

/* What is pushed while this runs step by step is taken back afterwards. */
__attribute__((noinline)) static uint64_t flags_twice(void)
{
    uint64_t flags;
    __asm__ volatile("pushfq\n\tpushfw\n\tpopfw\n\tpushfq\n\tpopq %0\n\tpopfq"
                     : "=r"(flags) : : "cc", "memory");
    return flags;
}

/* The clock is written by the tender. */
__attribute__((noinline)) static void read_clock(void)
{
    hypercall(WALLTIME, &nsecs);
}

int guest_main(const struct boot_info *info)
{
    if (equal(info->cmdline, "loop")) {
        print("looping\n");
        while (flag)
            counter++;
        return 7;
    }
    if (equal(info->cmdline, "calls")) {
        print("calling\n");
        while (flag)
            read_clock();
        return 7;
    }
    if (equal(info->cmdline, "sleep")) {
        print("sleeping\n");
        while (flag)
            poll(10000000000ull, NULL);
        return 7;
    }
    if (equal(info->cmdline, "flags"))
        return flags_twice() & 0x100 ? 1 : 0;
    count();
    read_clock();
    print_number(total);
    print("\n");
    return 42;
}
