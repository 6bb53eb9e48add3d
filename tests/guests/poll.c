/*
 * Waiting without a device: "sleep MS" prints for how many milliseconds it
 * slept by both clocks, "forever" says so and sleeps, "zero" does not wait.
 */
#include "guest.h"

int guest_main(const struct boot_info *info)
{
    const char *rest;
    if (equal(info->cmdline, "forever")) {
        print("sleeping\n");
        for (;;)
            CHECK(poll(~0ull, NULL) == 0);
    }
    if (equal(info->cmdline, "zero")) {
        uint64_t ready = 1;
        CHECK(poll(0, &ready) == 0 && ready == 0);
        print("SUCCESS\n");
        return 0;
    }
    CHECK(first_word(info->cmdline, "sleep", &rest));
    uint64_t msecs = number(rest), wall = walltime(), tsc = rdtsc();
    CHECK(poll(msecs * 1000000, NULL) == 0);
    tsc = rdtsc() - tsc;
    wall = walltime() - wall;
    print_number(wall / 1000000);
    print(" ");
    print_number(tsc / (info->cpu_cycle_freq / 1000));
    print("\n");
    return 0;
}
