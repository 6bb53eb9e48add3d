/*
 * The demo: answers ARP, ping and UDP echo (port 7) at the address on its
 * command line, and counts its boots in the first sector of its disk. A UDP
 * datagram that says "quit" ends it.
 */
#include "guest.h"

enum { ETHERNET = 14, ARP = 0x0806, IPV4 = 0x0800, ICMP = 1, UDP = 17, ECHO_PORT = 7 };
enum { NET = 1, DISK = 2 };

static uint8_t frame[2048], sector[512];
static uint8_t own_ip[4];
static const uint8_t *own_mac;

static uint16_t get16(const uint8_t *at)
{
    return at[0] << 8 | at[1];
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = value >> 8;
    at[1] = value;
}

/* The Internet checksum (RFC 1071). */
static uint16_t checksum(const uint8_t *at, size_t len)
{
    uint32_t sum = 0;
    for (; len > 1; at += 2, len -= 2)
        sum += get16(at);
    if (len)
        sum += at[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

static void exchange(uint8_t *a, uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

static void send_back(size_t len)
{
    memcpy(frame, frame + 6, 6);
    memcpy(frame + 6, own_mac, 6);
    CHECK(net_write(NET, frame, len) == OK);
}

static void answer_arp(size_t len)
{
    uint8_t *arp = frame + ETHERNET;
    if (len < ETHERNET + 28 || get16(arp + 6) != 1 || memcmp(arp + 24, own_ip, 4))
        return;
    put16(arp + 6, 2);
    memcpy(arp + 18, arp + 8, 10);
    memcpy(arp + 8, own_mac, 6);
    memcpy(arp + 14, own_ip, 4);
    send_back(len);
}

/* Returns whether the guest shall end. */
static int answer_ip(size_t len)
{
    uint8_t *ip = frame + ETHERNET;
    if (len < ETHERNET + 28 || ip[0] != 0x45 || memcmp(ip + 16, own_ip, 4))
        return 0;
    size_t total = get16(ip + 2);
    if (total < 28 || total > len - ETHERNET)
        return 0;
    uint8_t *payload = ip + 20;
    int quit = 0;
    if (ip[9] == ICMP && payload[0] == 8) {
        payload[0] = 0;
        put16(payload + 2, 0);
        put16(payload + 2, checksum(payload, total - 20));
    } else if (ip[9] == UDP && get16(payload + 2) == ECHO_PORT) {
        quit = total == 32 && memcmp(payload + 8, "quit", 4) == 0;
        exchange(payload, payload + 2, 2);
        put16(payload + 6, 0);
    } else {
        return 0;
    }
    exchange(ip + 12, ip + 16, 4);
    put16(ip + 10, 0);
    put16(ip + 10, checksum(ip, 20));
    send_back(len);
    return quit;
}

static void parse_ip(const char *text)
{
    for (int i = 0; i < 4; i++) {
        own_ip[i] = number(text);
        while (*text && *text++ != '.')
            ;
    }
}

static void count_boot(void)
{
    CHECK(block_read(DISK, 0, sector, sizeof sector) == OK);
    uint64_t *boots = (uint64_t *)sector;
    ++*boots;
    CHECK(block_write(DISK, 0, sector, sizeof sector) == OK);
    print("demo: boot number ");
    print_number(*boots);
    print(" of this disk\n");
}

int guest_main(const struct boot_info *info)
{
    own_mac = info->manifest->e[NET].u.net.mac;
    parse_ip(info->cmdline);
    count_boot();
    print("demo: answering ARP, ping and UDP echo at ");
    print(info->cmdline);
    print("\n");
    for (;;) {
        uint64_t len = sizeof frame;
        if (net_read(NET, frame, &len) == AGAIN) {
            poll(~0ull, NULL);
            continue;
        }
        if (len < ETHERNET)
            continue;
        uint16_t type = get16(frame + 12);
        if (type == ARP)
            answer_arp(len);
        if (type == IPV4 && answer_ip(len))
            break;
    }
    print("demo: told to quit\n");
    return 0;
}
