/*
 * Tries system calls under a filter, each in a process of its own. On standard
 * input: the number of instructions (u32), the instructions (struct sock_filter),
 * then calls until the end: seven u64, the number with the arguments; bit 63 of the
 * number asks for the 32-bit entry (int 0x80). On standard output a line a call:
 * "signal N" where it killed the process, "errno N", or "result N".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sock_filter instructions[4096];
static struct sock_fprog program = { 0, instructions };

static long enter(const uint64_t *call)
{
    uint64_t number = call[0] & ~(1ull << 63);
    long result = (long)number;
    if (call[0] >> 63) {
        __asm__ volatile("int $0x80"
                         : "+a"(result)
                         : "b"(call[1]), "c"(call[2]), "d"(call[3]), "S"(call[4]),
                           "D"(call[5])
                         : "memory", "r8", "r9", "r10", "r11");
        return result;
    }
    register uint64_t fourth __asm__("r10") = call[4];
    register uint64_t fifth __asm__("r8") = call[5];
    register uint64_t sixth __asm__("r9") = call[6];
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(call[1]), "S"(call[2]), "d"(call[3]), "r"(fourth),
                       "r"(fifth), "r"(sixth)
                     : "memory", "rcx", "r11");
    return result;
}

/* The filter may allow neither writing nor reading: the answer is in memory. */
static volatile long *answer;

static void try(const uint64_t *call)
{
    int status;
    *answer = 1l << 62;
    pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
            _exit(1);
        *answer = enter(call);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(1);
    if (WIFSIGNALED(status))
        printf("signal %d\n", WTERMSIG(status));
    else if (*answer < 0 && *answer > -4096)
        printf("errno %ld\n", -*answer);
    else
        printf("result %ld\n", *answer);
}

int main(void)
{
    uint32_t count;
    uint64_t call[7];
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    answer = mmap(0, sizeof *answer, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answer == MAP_FAILED || fread(&count, sizeof count, 1, stdin) != 1 ||
        count > 4096 || fread(instructions, sizeof *instructions, count, stdin) != count)
        return 1;
    program.len = count;
    setvbuf(stdout, 0, _IOFBF, 1 << 16);
    while (fread(call, sizeof call, 1, stdin) == 1)
        try(call);
    return 0;
}
