/*
 * Ends badly, with known values in its registers, at the bottom of calls that a
 * debugger can name: guest_main, outer, middle, inner. The command line says how:
 * "abort" with status 255, "trap" the same from an exception handler of its own,
 * "hlt" by what no guest may do, "loop" not at all, when it has said so.
 * "fill MIB" before it first writes a word to every page of so much memory,
 * "zero MIB" a zero.
 */
#include "guest.h"

/* Every function begins so that callers are found without debugging information. */
#pragma GCC optimize("O0")

struct gate {
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct __attribute__((packed)) table { uint16_t limit; uint64_t base; };

enum { FILLED = 0x200000 };
enum { CODE = 8, INVALID_OPCODE = 6, INTERRUPT_GATE = 0x8e };

static uint64_t gdt[] = { 0, 0x00af99000000ffff, 0x00cf93000000ffff };
static struct gate idt[32];

/*
 * Stands where #UD goes. The processor has pushed ss, rsp, rflags, cs and rip;
 * with an error code and cr2 that is what HALT's cookie names. All registers but
 * rax and rdx stay.
 */
void trapped(void);
__asm__(".text\n"
        "trapped:\n"
        "    push $0\n"
        "    mov %cr2, %rax\n"
        "    push %rax\n"
        "    mov %rsp, %rax\n"
        "    push $255\n"
        "    push %rax\n"
        "    mov %rsp, %rax\n"
        "    mov $0x508, %edx\n"
        "    outl %eax, %dx\n");

static void catch_traps(void)
{
    uint64_t handler = (uintptr_t)trapped;
    struct table tables[] = { { sizeof gdt - 1, (uintptr_t)gdt },
                              { sizeof idt - 1, (uintptr_t)idt } };
    idt[INVALID_OPCODE] = (struct gate){ handler, CODE, 0, INTERRUPT_GATE,
                                         handler >> 16, handler >> 32, 0 };
    __asm__ volatile("lgdt %0\n lidt %1" : : "m"(tables[0]), "m"(tables[1]));
}

/* In rax a block, in rdx a hypercall's port, in the others what is said here. */
#define END_WITH(block, number, instruction) \
    __asm__ volatile("mov $0xb0b0b0b0b0b0b0b0, %%rbx\n" \
                     "mov $0xc0c0c0c0c0c0c0c0, %%rcx\n" \
                     "mov $0x5050505050505050, %%rsi\n" \
                     "mov $0xd0d0d0d0d0d0d0d0, %%rdi\n" \
                     "mov $0x0808080808080808, %%r8\n" \
                     "mov $0x0909090909090909, %%r9\n" \
                     "mov $0x1010101010101010, %%r10\n" \
                     "mov $0x1111111111111111, %%r11\n" \
                     "mov $0x1212121212121212, %%r12\n" \
                     "mov $0x1313131313131313, %%r13\n" \
                     "mov $0x1414141414141414, %%r14\n" \
                     "mov $0x1515151515151515, %%r15\n" instruction \
                     : : "a"(&(block)), "d"(0x500 + (number)) \
                     : "rbx", "rcx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", \
                       "r13", "r14", "r15", "memory")

static __attribute__((noinline)) void inner(const char *what)
{
    volatile struct halt_block block = { 0, 255 };
    volatile struct puts_block line = { (uintptr_t)"looping\n", 8 };
    if (equal(what, "abort")) END_WITH(block, HALT, "outl %%eax, %%dx");
    if (equal(what, "trap")) END_WITH(block, HALT, "ud2");
    if (equal(what, "hlt")) END_WITH(block, HALT, "hlt");
    if (equal(what, "loop")) END_WITH(line, PUTS, "outl %%eax, %%dx\n 0: pause\n jmp 0b");
}

static __attribute__((noinline)) void middle(const char *what)
{
    inner(what);
    put("survived\n", 9);
}

static __attribute__((noinline)) void outer(const char *what)
{
    /* A trap frame has 512 bytes of the guest's memory behind it. */
    volatile uint8_t room[512];
    room[0] = 0;
    middle(what);
    (void)room[0];
}

int guest_main(const struct boot_info *info)
{
    const char *what = info->cmdline, *rest;
    int zero = first_word(what, "zero", &rest);
    if (zero || first_word(what, "fill", &rest)) {
        uint64_t mebibytes = number(rest);
        for (uint64_t page = FILLED; page < FILLED + (mebibytes << 20); page += 4096)
            *(volatile uint64_t *)page = zero ? 0 : page;
        while (*rest && *rest++ != ' ')
            ;
        what = rest;
    }
    catch_traps();
    outer(what);
    return 0;
}
