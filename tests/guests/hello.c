/* Says hello, and what it was given. */
#include "guest.h"

int guest_main(const struct boot_info *info)
{
    print("Hello, ");
    print(*info->cmdline ? info->cmdline : "world");
    print("\nmemory: ");
    print_number(info->mem_size);
    print("\nTSC: ");
    print(info->cpu_cycle_freq > 1000000 ? "plausible\n" : "too slow\n");
    return 0;
}
