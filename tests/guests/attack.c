/*
 * Does what its command line says (tests/support/attack.ts writes it): words
 * with arguments, all numbers hexadecimal.
 *
 *   = A V          stores 64 bits
 *   * A N B        stores N equal bytes
 *   x A C D S T M  runs machine code with these in rax, rcx, rdx, rsi and rdi
 *   $              shows what it left in rax
 *   ? A            shows 64 bits
 *   ! A            shows 32 bits
 *   ~ A V          waits until 32 bits have a value
 *   t              from here on an exception is shown, and the next word comes
 *   .              ends a line
 */
#include "guest.h"

#ifdef ROOM
/* As much .bss as an image has whose bindings know the network ring. */
static uint8_t room[ROOM] __attribute__((used));
#endif

struct gate {
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct __attribute__((packed)) table { uint16_t limit; uint64_t base; };

enum { CODE_SELECTOR = 8, INTERRUPT_GATE = 0x8e, EXCEPTIONS = 32, STUB = 16 };
enum { PAGE_FAULT = 14, RET = 0xc3 };
/* Where machine code is put to be run. */
enum { CODE = 0x390000 };

static uint64_t gdt[] = { 0, 0x00af99000000ffff, 0x00cf93000000ffff };
static struct gate idt[EXCEPTIONS];
static void *before[5];
static uint64_t vector, address;

static const char *word;
static char line[4096];
static size_t shown;
/* Not at the end of memory, which is attacked. */
static uint8_t stack[16384] __attribute__((aligned(16)));

/* A stub for each exception, then what they have in common. */
extern uint8_t stubs[];
__asm__(".text\n"
        ".set number, 0\n"
        ".balign 16\n"
        "stubs:\n"
        ".rept 32\n"
        ".balign 16\n"
        ".byte 0x6a, number\n"
        "jmp trapped\n"
        ".set number, number + 1\n"
        ".endr\n"
        "trapped:\n"
        "    pop %rdi\n"
        "    mov %cr2, %rsi\n"
        "    cld\n"
        "    call take\n");

void take(uint64_t number, uint64_t where)
{
    vector = number;
    address = where;
    __builtin_longjmp(before, 1);
}

static void catch_exceptions(void)
{
    struct table tables[] = { { sizeof gdt - 1, (uintptr_t)gdt },
                              { sizeof idt - 1, (uintptr_t)idt } };
    for (int n = 0; n < EXCEPTIONS; n++) {
        uint64_t handler = (uintptr_t)stubs + n * STUB;
        idt[n] = (struct gate){ handler, CODE_SELECTOR, 0, INTERRUPT_GATE,
                                handler >> 16, handler >> 32, 0 };
    }
    __asm__ volatile("lgdt %0\n lidt %1" : : "m"(tables[0]), "m"(tables[1]));
}

static void show(const char *text)
{
    while (*text && shown < sizeof line)
        line[shown++] = *text++;
}

static void show_hex(uint64_t value)
{
    char digits[19], *at = digits + sizeof digits;
    *--at = 0;
    do {
        *--at = "0123456789abcdef"[value % 16];
        value /= 16;
    } while (value);
    show(" 0x");
    show(at);
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint64_t hex(void)
{
    uint64_t value = 0;
    while (*word == ' ')
        word++;
    while (digit(*word) >= 0)
        value = value * 16 + digit(*word++);
    return value;
}

static uint64_t run(void)
{
    uint64_t a = hex(), c = hex(), d = hex(), s = hex(), t = hex(), b = CODE;
    volatile uint8_t *code = (uint8_t *)CODE;
    while (*word == ' ')
        word++;
    for (; digit(*word) >= 0; word += 2)
        *code++ = digit(word[0]) << 4 | digit(word[1]);
    *code = RET;
    __asm__ volatile("push %%rbp\n call *%%rbx\n cld\n pop %%rbp"
                     : "+a"(a), "+b"(b), "+c"(c), "+d"(d), "+S"(s), "+D"(t)
                     :
                     : "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
    return a;
}

static void attack(void)
{
    static uint64_t left;
    if (__builtin_setjmp(before)) {
        show(" trap");
        show_hex(vector);
        if (vector == PAGE_FAULT) {
            show(" at");
            show_hex(address);
        }
    }
    for (;;) {
        uint64_t a, n;
        while (*word == ' ')
            word++;
        switch (*word++) {
        case '=':
            a = hex(), n = hex();
            *(volatile uint64_t *)a = n;
            break;
        case '*':
            a = hex(), n = hex();
            memset((void *)a, hex(), n);
            break;
        case 'x':
            left = run();
            break;
        case '$':
            show_hex(left);
            break;
        case '?':
            show_hex(*(volatile uint64_t *)hex());
            break;
        case '!':
            show_hex(*(volatile uint32_t *)hex());
            break;
        case '~':
            a = hex(), n = hex();
            while (*(volatile uint32_t *)a != (uint32_t)n)
                __asm__ volatile("pause");
            break;
        case 't':
            catch_exceptions();
            break;
        case '.':
            show("\n");
            put(line, shown);
            shown = 0;
            break;
        case 0:
            halt(0);
        default:
            halt(2);
        }
    }
}

int guest_main(const struct boot_info *info)
{
    word = info->cmdline;
    __asm__ volatile("mov %0, %%rsp\n call *%1" : : "r"(stack + sizeof stack), "r"(attack)
                     : "memory");
    return 1;
}
