/* Never ends: "loop" without leaving the guest, "calls" with hypercalls only. */
#include "guest.h"

int guest_main(const struct boot_info *info)
{
    print("spinning\n");
    if (equal(info->cmdline, "calls"))
        for (;;)
            walltime();
    for (;;)
        __asm__ volatile("pause");
}
