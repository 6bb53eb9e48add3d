/*
 * Two interfaces. Sends every frame of the local experimental type (0x88b5,
 * IEEE 802) back where it came from, with the addresses
 * exchanged and the number of its interface as the first byte of the payload,
 * until a frame's payload begins with 'Q'. "errors" tries what has to fail;
 * "empty" and "short" send what is no frame,
 * "send" sends without end.
 */
#include "guest.h"

enum { HEADER = 14, INTERFACES = 2 };

static uint8_t frame[65536];

static void print_mac(const uint8_t *mac)
{
    for (int i = 0; i < 6; i++) {
        print(i ? ":" : "");
        print_hex(mac[i]);
    }
}

static int answer(uint64_t handle)
{
    uint64_t len = sizeof frame;
    int result = net_read(handle, frame, &len);
    if (result == AGAIN)
        return 0;
    CHECK(result == OK && len >= HEADER);
    /* The host's own chatter (IPv6, say) is not ours to answer. */
    if (frame[12] != 0x88 || frame[13] != 0xb5)
        return 0;
    uint8_t sender[6];
    memcpy(sender, frame + 6, 6);
    memcpy(frame + 6, frame, 6);
    memcpy(frame, sender, 6);
    int quit = len > HEADER && frame[HEADER] == 'Q';
    if (len > HEADER)
        frame[HEADER] = handle;
    CHECK(net_write(handle, frame, len) == OK);
    return quit;
}

int guest_main(const struct boot_info *info)
{
    for (uint64_t handle = 1; handle <= INTERFACES; handle++) {
        const struct manifest_entry *e = &info->manifest->e[handle];
        CHECK(e->attached == 1 && e->type == NET_BASIC);
        print(e->name);
        print(" ");
        print_mac(e->u.net.mac);
        print(" ");
        print_number(e->u.net.mtu);
        print("\n");
    }
    if (equal(info->cmdline, "errors")) {
        uint64_t len = 100;
        CHECK(net_write(0, frame, 60) == EINVAL);
        CHECK(net_write(3, frame, 60) == EINVAL);
        CHECK(net_read(1ull << 40, frame, &len) == EINVAL && len == 100);
        print("SUCCESS\n");
        return 0;
    }
    if (equal(info->cmdline, "empty"))
        return net_write(1, frame, 0);
    if (equal(info->cmdline, "short"))
        return net_write(1, frame, HEADER - 1);
    if (equal(info->cmdline, "send"))
        for (;;)
            CHECK(net_write(1, frame, 60) == OK);
    for (;;) {
        uint64_t ready = 0;
        int count = poll(~0ull, &ready), bits = 0, quit = 0;
        for (uint64_t handle = 1; handle < 64; handle++)
            bits += ready >> handle & 1;
        CHECK(count == bits && count > 0 && !(ready & ~6ull));
        for (uint64_t handle = 1; handle <= INTERFACES; handle++)
            if (ready >> handle & 1)
                quit |= answer(handle);
        if (quit)
            return 0;
    }
}
