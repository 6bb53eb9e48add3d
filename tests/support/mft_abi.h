/*
 * What a generated manifest takes from Solo5's mft_abi.h: the macros, and a note
 * laid out as docs/abi.md has it. For tests only, so that they need no Solo5.
 */
#include <stdint.h>

#define MFT_VERSION 1
#define MFT_DEV_BLOCK_BASIC 1
#define MFT_DEV_NET_BASIC 2
#define MFT_RESERVED_FIRST 0x40000000

struct manifest_entry {
    char name[68];
    uint32_t type;
    uint8_t for_the_tender[32];
};

struct manifest_note {
    uint32_t namesz, descsz, kind;
    char owner[8];
    uint32_t pad;
    struct {
        uint32_t version, entries;
        struct manifest_entry e[MFT_ENTRIES];
    } manifest;
};

#define MFT1_NOTE_DECLARE_BEGIN                                               \
    const struct manifest_note generated = {                                  \
        6, sizeof(struct manifest_note) - 20, 0x3154464d, "Solo5", 0,
#define MFT1_NOTE_DECLARE_END };
