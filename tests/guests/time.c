/* Prints the wall clock, and checks that neither clock goes back. */
#include "guest.h"

int guest_main(const struct boot_info *info)
{
    (void)info;
    uint64_t tsc = rdtsc();
    uint64_t wall = walltime();
    print_number(wall);
    print("\n");
    for (int i = 0; i < 100; i++) {
        uint64_t now = walltime(), ticks = rdtsc();
        CHECK(now >= wall);
        CHECK(ticks > tsc);
        wall = now;
        tsc = ticks;
    }
    print("SUCCESS\n");
    return 0;
}
