/* Prints CPUID leaf by leaf: "leaf subleaf eax ebx ecx edx", in hexadecimal. */
#include "guest.h"

static void show(uint32_t leaf, uint32_t subleaf)
{
    uint32_t a = leaf, b, c = subleaf, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    const uint32_t words[] = { leaf, subleaf, a, b, c, d };
    for (int i = 0; i < 6; i++) {
        print_hex(words[i]);
        print(i < 5 ? " " : "\n");
    }
}

int guest_main(const struct boot_info *info)
{
    (void)info;
    for (uint32_t leaf = 0; leaf <= 0x20; leaf++)
        show(leaf, 0);
    show(7, 1);
    show(0x40000000, 0);
    for (uint32_t leaf = 0; leaf <= 0x21; leaf++)
        show(0x80000000 + leaf, 0);
    return 0;
}
