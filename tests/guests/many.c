/*
 * As many devices as there can be: writes a sector of its own on every disk,
 * reads all back, and sends a frame with its handle on every interface.
 */
#include "guest.h"

static uint8_t sector[512], frame[60];

int guest_main(const struct boot_info *info)
{
    const struct manifest *manifest = info->manifest;
    CHECK(manifest->entries == 64);
    for (uint64_t handle = 1; handle < 64; handle++) {
        const struct manifest_entry *e = &manifest->e[handle];
        CHECK(e->attached == 1);
        if (e->type == BLOCK_BASIC) {
            memset(sector, handle, sizeof sector);
            CHECK(block_write(handle, 0, sector, sizeof sector) == OK);
        } else {
            memset(frame, 0xff, 6);
            memcpy(frame + 6, e->u.net.mac, 6);
            frame[12] = 0x88;
            frame[13] = 0xb5;
            frame[14] = handle;
            CHECK(net_write(handle, frame, sizeof frame) == OK);
        }
    }
    for (uint64_t handle = 1; handle < 64; handle++) {
        if (manifest->e[handle].type != BLOCK_BASIC)
            continue;
        CHECK(block_read(handle, 0, sector, sizeof sector) == OK);
        CHECK(sector[0] == handle && sector[511] == handle);
    }
    print("SUCCESS\n");
    return 0;
}
