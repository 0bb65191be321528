/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine is like, for the doctor: read, never changed. */
#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "ctl/doctor.h"
#include "kernel/program.h"
#include "kernel/way_out.h"

#define FILE_MAX      (64 * 1024)
#define PROGRAM_LIMIT 5000 /* ms; a rule set of a busy machine takes tens */
#define SNMP_COLUMNS  64
#define V4_PREFIX_MAX 32
#define V6_PREFIX_MAX 128

/* Where distributions and flannel's guides have them. */
static const char *const environment_files[] = {
    "/etc/default/feltd",      "/etc/sysconfig/feltd",    "/etc/default/flanneld",
    "/etc/sysconfig/flanneld", "/etc/default/flannel",    "/etc/sysconfig/flannel",
    "/etc/felt/feltd.env",     "/run/flannel/subnet.env",
};
_Static_assert(FELT_ARRAY_LEN(environment_files) <= FELT_DOCTOR_FILES_MAX, "there is room for all");

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text;
    size_t n;

    if (!file)
        return NULL;
    text = malloc(FILE_MAX + 1);
    n = text ? fread(text, 1, FILE_MAX, file) : 0;
    (void)fclose(file);
    if (text)
        text[n] = '\0';
    return text;
}

static long number_in(const char *path)
{
    _cleanup_(felt_freep) char *text = slurp(path);
    char *end;
    long value;

    if (!text)
        return FELT_DOCTOR_NOT_KNOWN;
    value = strtol(text, &end, 10);
    return end == text ? FELT_DOCTOR_NOT_KNOWN : value;
}

/* The column of that name in the line of values that follows the line of names. */
static long snmp(const char *text, const char *protocol, const char *column)
{
    const char *names = strstr(text, protocol), *values;
    long value = FELT_DOCTOR_NOT_KNOWN;
    size_t at = 0;
    char word[64];

    if (!names || !(values = strstr(names + 1, protocol)))
        return FELT_DOCTOR_NOT_KNOWN;
    for (int used; at < SNMP_COLUMNS && sscanf(names, "%63s%n", word, &used) == 1; at++) {
        names += used;
        if (strcmp(word, column) == 0)
            break;
    }
    for (size_t i = 0; i <= at; i++) {
        int used;

        if (sscanf(values, "%63s%n", word, &used) != 1)
            return FELT_DOCTOR_NOT_KNOWN;
        values += used;
    }
    if (sscanf(word, "%ld", &value) != 1)
        return FELT_DOCTOR_NOT_KNOWN;
    return value;
}

static long checksum_errors(void)
{
    _cleanup_(felt_freep) char *text = slurp("/proc/net/snmp");
    long tcp = text ? snmp(text, "Tcp:", "InCsumErrors") : FELT_DOCTOR_NOT_KNOWN;
    long udp = text ? snmp(text, "Udp:", "InCsumErrors") : FELT_DOCTOR_NOT_KNOWN;

    if (tcp == FELT_DOCTOR_NOT_KNOWN && udp == FELT_DOCTOR_NOT_KNOWN)
        return FELT_DOCTOR_NOT_KNOWN;
    return FELT_MAX(tcp, 0) + FELT_MAX(udp, 0);
}

/* ---- links ---- */

static enum felt_doctor_manager manager_of(const char *name)
{
    char path[128];
    unsigned index = if_nametoindex(name);
    _cleanup_(felt_freep) char *networkd = NULL;
    _cleanup_(felt_freep) char *manager = NULL;

    snprintf(path, sizeof(path), "/run/systemd/netif/links/%u", index);
    networkd = slurp(path);
    if (networkd && strstr(networkd, "ADMIN_STATE=") && !strstr(networkd, "ADMIN_STATE=unmanaged"))
        return FELT_MANAGER_NETWORKD;
    snprintf(path, sizeof(path), "/run/NetworkManager/devices/%u", index);
    manager = slurp(path);
    if (manager && strstr(manager, "managed=true"))
        return FELT_MANAGER_NETWORK_MANAGER;
    return FELT_MANAGER_NONE;
}

static void gather_links(struct felt_doctor_facts *f)
{
    DIR *dir = opendir("/sys/class/net");
    const struct dirent *entry;

    while (dir && f->n_links < FELT_DOCTOR_LINKS_MAX && (entry = readdir(dir))) {
        struct felt_doctor_link *link = &f->links[f->n_links];
        char path[320];

        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(link->name))
            continue;
        strcpy(link->name, entry->d_name);
        snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", link->name);
        link->mtu = number_in(path);
        snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", link->name);
        link->rp_filter = (int)number_in(path);
        link->manager = manager_of(link->name);
        snprintf(path, sizeof(path), "/sys/class/net/%s/bridge", link->name);
        link->is_bridge = access(path, F_OK) == 0;
        f->n_links++;
    }
    if (dir)
        closedir(dir);
}

static uint8_t prefix_len(const struct sockaddr *mask)
{
    const uint8_t *bytes = mask->sa_family == AF_INET6
                               ? (const uint8_t *)&((const struct sockaddr_in6 *)mask)->sin6_addr
                               : (const uint8_t *)&((const struct sockaddr_in *)mask)->sin_addr;
    size_t bits = mask->sa_family == AF_INET6 ? V6_PREFIX_MAX : V4_PREFIX_MAX;
    uint8_t len = 0;

    while (len < bits && (bytes[len / 8] & (0x80 >> len % 8)) != 0)
        len++;
    return len;
}

static bool cidr_of(const struct ifaddrs *a, struct felt_cidr *ret_cidr)
{
    char text[64];

    if (!a->ifa_addr || !a->ifa_netmask)
        return false;
    if (a->ifa_addr->sa_family == AF_INET) {
        const uint8_t *b = (const uint8_t *)&((struct sockaddr_in *)a->ifa_addr)->sin_addr;

        snprintf(text, sizeof(text), "%u.%u.%u.%u/%u", b[0], b[1], b[2], b[3],
                 prefix_len(a->ifa_netmask));
    } else if (a->ifa_addr->sa_family == AF_INET6) {
        const uint8_t *b = (const uint8_t *)&((struct sockaddr_in6 *)a->ifa_addr)->sin6_addr;
        size_t len = 0;

        for (size_t i = 0; i < 16; i += 2)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%x", i ? ":" : "",
                                    b[i] << 8 | b[i + 1]);
        snprintf(text + len, sizeof(text) - len, "/%u", prefix_len(a->ifa_netmask));
    } else {
        return false;
    }
    return felt_cidr_parse(text, ret_cidr) == 0;
}

static void gather_addresses(struct felt_doctor_facts *f)
{
    struct ifaddrs *all = NULL;

    if (getifaddrs(&all) < 0)
        return;
    for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
        for (size_t i = 0; i < f->n_links; i++) {
            struct felt_doctor_link *link = &f->links[i];

            if (strcmp(link->name, a->ifa_name) == 0 && link->n_addrs < FELT_DOCTOR_ADDRS_MAX &&
                cidr_of(a, &link->addrs[link->n_addrs]))
                link->n_addrs++;
        }
    }
    freeifaddrs(all);
}

/* ---- programs ---- */

static char *output_of(const char *name, const char *const *args)
{
    struct felt_program program = {.limit_ms = PROGRAM_LIMIT, .cancel_fd = -1};
    char path[FELT_PROGRAM_PATH], *output = NULL;
    struct felt_kernel_error error;
    size_t len;

    if (felt_program_find(name, path) < 0)
        return NULL;
    program.path = path;
    for (size_t i = 0; args[i]; i++)
        program.args[i] = args[i];
    return felt_program_run(&program, &output, &len, &error) == 0 ? output : NULL;
}

static void gather_filters(struct felt_doctor_facts *f)
{
    static const char *const filter[] = {"-t", "filter", NULL};
    static const char *const ruleset[] = {"list", "ruleset", NULL};

    f->iptables[0] = output_of("iptables-save", filter);
    f->iptables[1] = output_of("iptables-legacy-save", filter);
    f->nft = output_of("nft", ruleset);
}

static void gather_clock(struct felt_doctor_facts *f)
{
    struct timex timex = {0};
    time_t now = time(NULL);
    struct tm tm;
    int r = adjtimex(&timex);

    f->clock_known = r >= 0;
    f->clock_synchronised = r >= 0 && (timex.status & STA_UNSYNC) == 0;
    if (gmtime_r(&now, &tm))
        f->year = 1900L + tm.tm_year;
}

void felt_doctor_gather(struct felt_doctor_facts *ret_facts)
{
    struct felt_doctor_facts *f = ret_facts;

    *f = (struct felt_doctor_facts){0};
    f->ip_forward = (int)number_in("/proc/sys/net/ipv4/ip_forward");
    f->ip6_forwarding = (int)number_in("/proc/sys/net/ipv6/conf/all/forwarding");
    f->rp_filter_all = (int)number_in("/proc/sys/net/ipv4/conf/all/rp_filter");
    f->neigh_max = number_in("/proc/sys/net/ipv4/neigh/default/gc_thresh3");
    f->checksum_errors = checksum_errors();
    gather_clock(f);
    gather_links(f);
    gather_addresses(f);
    gather_filters(f);
    for (size_t i = 0; i < FELT_ARRAY_LEN(environment_files); i++) {
        char *text = slurp(environment_files[i]);

        if (text)
            f->files[f->n_files++] =
                (struct felt_doctor_file){.path = environment_files[i], .text = text};
    }
}

void felt_doctor_gather_ways(struct felt_doctor_facts *facts)
{
    const json_t *members = json_object_get(facts->members, "members");
    const char *underlay = felt_doctor_underlay(facts);
    unsigned ifindex = underlay ? if_nametoindex(underlay) : 0;

    for (size_t i = 0; ifindex != 0 && i < json_array_size(members); i++) {
        const json_t *m = json_array_get(members, i);
        const char *text = json_string_value(json_object_get(m, "public_ip"));
        const char *state = json_string_value(json_object_get(m, "state"));
        struct felt_doctor_detours *detours = &facts->detours;
        struct felt_way_out way;
        struct felt_ip ip;

        /* A dead one may be so because of this; one that has left is not missed. */
        if (!text || !state || strcmp(state, "left") == 0 || felt_ip_parse(text, &ip) < 0 ||
            ip.family != FELT_FAMILY_V4 || felt_way_out(&ip, &way, NULL) < 0 ||
            way.ifindex == ifindex)
            continue;
        if (detours->count++ > 0 || !if_indextoname(way.ifindex, detours->device))
            continue;
        detours->member = json_string_value(json_object_get(m, "name"));
        detours->address = text;
    }
}
