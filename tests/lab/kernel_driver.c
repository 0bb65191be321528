/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the reconciler by hand, for tests/lab/kernel.sh: commands on standard input, one line of
 * answer each, the log on standard error.
 *
 *   underlay NAME | address IP | public-ip IP | network CIDR | subnet-len N | vni N | port N | gbp
 * 0|1 | learning 0|1 | direct 0|1 | mtu N | host-gw 0|1 | node HEX    the configuration
 *   new                        felt_reconciler_new()
 *   backend                    "0 vni=1 mac=02:.. mtu=1450", or "-17 text"
 *   peer SUBNET IP MAC HEX [host-gw]   one more for the next set
 *   peers N                    that many made-up ones, 10.200.0.0/24 and on
 *   set [LEASE]                felt_reconciler_set(), and forgets the peers
 *   run                        "0 peers=2 ops=9 refused=0 troubles=0 text"
 *   shrink BYTES               the receive buffers of all netlink sockets of this process
 *   wait MS                    "1" when a pass is due, "0" when MS went by without
 *   time                       run, and how long it took: "us=" by the clock, "cpu_us=" of it on a
 * CPU */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "agent/log.h"
#include "agent/reconciler.h"

#define PEERS_MAX 65536
#define FDS_MAX   64 /* more than this process ever has */

static struct felt_netconf netconf = {.vxlan = {.vni = 1}, .backend = FELT_BACKEND_VXLAN};
static struct felt_reconciler_config config = {.netconf = &netconf};
static struct felt_ip forced_address, forced_public_ip;
static struct felt_reconciler *reconciler;
static struct felt_plan_peer peers[PEERS_MAX];
static size_t n_peers;
static struct felt_reconcile_report report;

static void die(const char *why, const char *what)
{
    fprintf(stderr, "kernel_driver: %s: %s\n", why, what);
    exit(2);
}

static void set_underlay(const char *name)
{
    struct felt_text_list list = {.n = 1};
    struct felt_underlay_choice choice = {.iface = &list};
    struct felt_underlay_error error;

    snprintf(list.items[0], sizeof(list.items[0]), "%s", name);
    if (felt_underlay_select(&choice, &config.underlay, &error) < 0)
        die("underlay", error.text);
    printf("0 %s %s %u\n", config.underlay.name, FELT_IP(&config.underlay.address),
           config.underlay.mtu);
}

static void add_peer(const char *args)
{
    char subnet[64], ip[64], mac[64], id[64], backend[64] = "vxlan";
    struct felt_plan_peer *peer = &peers[n_peers];
    unsigned m[FELT_PLAN_MAC_LEN];

    *peer = (struct felt_plan_peer){0};
    if (n_peers == PEERS_MAX ||
        sscanf(args, "%63s %63s %63s %63s %63s", subnet, ip, mac, id, backend) < 4 ||
        felt_backend_parse(backend, &peer->backend) < 0 ||
        felt_cidr_parse(subnet, &peer->subnet) < 0 || felt_ip_parse(ip, &peer->public_ip) < 0 ||
        sscanf(mac, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6 ||
        felt_hex_decode(id, peer->id.b, FELT_ID_LEN) < 0)
        die("peer", args);
    for (size_t i = 0; i < FELT_PLAN_MAC_LEN; i++)
        peer->mac[i] = (uint8_t)m[i];
    n_peers++;
    puts("0");
}

static void add_peers(uint32_t n)
{
    for (uint32_t i = 0; i < n && n_peers < PEERS_MAX; i++) {
        struct felt_plan_peer *peer = &peers[n_peers++];

        *peer = (struct felt_plan_peer){.subnet = {.len = 28}};
        peer->subnet.ip = felt_ip_v4(0x0ac80000u + (i << 4)); /* 10.200.0.0 */
        peer->public_ip = felt_ip_v4(0xac100100u + i);        /* 172.16.1.0 */
        felt_put_be32(peer->id.b, i);
        peer->mac[0] = 0x02;
        felt_put_be32(peer->mac + 2, i);
    }
    puts("0");
}

static void new_reconciler(void)
{
    int r;

    felt_reconciler_free(reconciler);
    reconciler = NULL;
    if (forced_address.family != FELT_FAMILY_NONE)
        config.underlay.address = forced_address;
    if (forced_public_ip.family != FELT_FAMILY_NONE)
        config.underlay.public_ip = forced_public_ip;
    r = felt_reconciler_new(&config, &reconciler, &report);
    printf("%d %s\n", r, report.text);
}

static void backend(void)
{
    struct felt_vxlan_data data;
    char mac[FELT_PLAN_MAC_TEXT];
    uint32_t mtu;
    int r = felt_reconciler_backend(reconciler, &data, &mtu, &report);

    if (r < 0)
        printf("%d %s\n", r, report.text);
    else
        printf("0 vni=%u mac=%s mtu=%u\n", data.vni, felt_plan_mac_format(data.mac, mac), mtu);
}

static void set(const char *args)
{
    struct felt_dual lease = {0};
    bool has_lease = felt_cidr_parse(args, &lease.v4) == 0;

    printf("%d\n", felt_reconciler_set(reconciler, FELT_PLAN_ALL_PEERS, has_lease ? &lease : NULL,
                                       peers, n_peers));
    n_peers = 0;
}

static void run(void)
{
    int r = felt_reconciler_run(reconciler, &report);

    printf("%d peers=%zu ops=%zu refused=%zu troubles=%zu %s\n", r, report.n_peers, report.n_ops,
           report.n_refused, report.n_troubles, report.text);
}

static int64_t clock_us(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t now_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

static void wait_ready(int ms)
{
    int64_t end = now_us() + (int64_t)ms * 1000;
    bool ready = false;

    while (!ready && now_us() < end) {
        struct pollfd pollfd = {.fd = felt_reconciler_fd(reconciler), .events = POLLIN};

        if (poll(&pollfd, 1, (int)((end - now_us() + 999) / 1000)) > 0)
            ready = felt_reconciler_ready(reconciler);
    }
    printf("%d\n", ready);
}

static void time_run(void)
{
    int64_t begin = now_us(), cpu_begin = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    int r = felt_reconciler_run(reconciler, &report);

    printf("%d ops=%zu refused=%zu us=%" PRId64 " cpu_us=%" PRId64 " %s\n", r, report.n_ops,
           report.n_refused, now_us() - begin, clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin,
           report.text);
}

/* The kernel doubles the value and has a minimum of its own. */
static void shrink(int bytes)
{
    int n = 0;

    for (int fd = 3; fd < FDS_MAX; fd++) {
        int domain = 0;
        socklen_t len = sizeof(domain);

        if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_NETLINK &&
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) == 0)
            n++;
    }
    printf("%d\n", n);
}

static bool configure(const char *command, const char *args)
{
    unsigned long n = strtoul(args, NULL, 10);

    if (strcmp(command, "address") == 0)
        (void)felt_ip_parse(args, &forced_address);
    else if (strcmp(command, "public-ip") == 0)
        (void)felt_ip_parse(args, &forced_public_ip);
    else if (strcmp(command, "network") == 0)
        (void)felt_cidr_parse(args, &netconf.network);
    else if (strcmp(command, "subnet-len") == 0)
        netconf.subnet_len = (uint8_t)n;
    else if (strcmp(command, "vni") == 0)
        netconf.vxlan.vni = (uint32_t)n;
    else if (strcmp(command, "port") == 0)
        netconf.vxlan.port = (uint16_t)n;
    else if (strcmp(command, "gbp") == 0)
        netconf.vxlan.gbp = n != 0;
    else if (strcmp(command, "learning") == 0)
        netconf.vxlan.learning = n != 0;
    else if (strcmp(command, "direct") == 0)
        netconf.vxlan.direct_routing = n != 0;
    else if (strcmp(command, "mtu") == 0)
        netconf.vxlan.mtu = (uint32_t)n;
    else if (strcmp(command, "tx-checksum") == 0)
        netconf.vxlan.tx_checksum = n != 0 ? FELT_TX_CHECKSUM_ON : FELT_TX_CHECKSUM_OFF;
    else if (strcmp(command, "host-gw") == 0)
        netconf.backend = n != 0 ? FELT_BACKEND_HOST_GW : FELT_BACKEND_VXLAN;
    else if (strcmp(command, "node") == 0)
        (void)felt_hex_decode(args, config.node.b, FELT_ID_LEN);
    else
        return false;
    puts("0");
    return true;
}

static void obey(const char *command, const char *args)
{
    if (strcmp(command, "underlay") == 0)
        set_underlay(args);
    else if (configure(command, args))
        return;
    else if (strcmp(command, "new") == 0)
        new_reconciler();
    else if (strcmp(command, "peer") == 0)
        add_peer(args);
    else if (strcmp(command, "peers") == 0)
        add_peers((uint32_t)strtoul(args, NULL, 10));
    else if (reconciler == NULL)
        die("no 'new' before", command);
    else if (strcmp(command, "backend") == 0)
        backend();
    else if (strcmp(command, "set") == 0)
        set(args);
    else if (strcmp(command, "run") == 0)
        run();
    else if (strcmp(command, "wait") == 0)
        wait_ready(atoi(args));
    else if (strcmp(command, "shrink") == 0)
        shrink(atoi(args));
    else if (strcmp(command, "time") == 0)
        time_run();
    else
        die("unknown command", command);
}

int main(void)
{
    char line[512];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        char *args;

        line[strcspn(line, "\n")] = 0;
        args = strchr(line, ' ');
        if (args != NULL)
            *args++ = 0;
        obey(line, args != NULL ? args : "");
        fflush(stdout);
    }
    felt_reconciler_free(reconciler);
    return 0;
}
