/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filters, as their tools print them. Read for what is usual, not as the kernel does it. */
#include <stdio.h>
#include <string.h>

#include "ctl/doctor.h"

#define GOSSIP_PORT 8470
#define VXLAN_PORT  8472

static const char *const savers[] = {"iptables", "iptables-legacy"};

static bool has_line(const char *text, const char *start, const char *part)
{
    size_t len = strlen(start);

    for (const char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
        char line[512];

        if (strncmp(at, start, len) != 0)
            continue;
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
        if (strstr(line, part))
            return true;
    }
    return false;
}

/* A chain of another program's nft table that drops what it does not know. */
struct chain {
    char table[64]; /* "inet filter" */
    char name[64];
    const char *text; /* of its table */
    size_t len;
};

/* The next base chain of this hook with policy drop from *at on; false: none. iptables' own tables
 * are left to what iptables says of them. */
static bool next_dropping(const char **at, const char *hook, struct chain *ret_chain)
{
    const char *table, *end;
    char want[40];

    snprintf(want, sizeof(want), "hook %s ", hook);
    for (; (table = strncmp(*at, "table ", 6) == 0 ? *at : strstr(*at, "\ntable ")); *at = end) {
        const char *line;

        table += *table == '\n';
        end = strstr(table, "\n}");
        end = end ? end + 2 : table + strlen(table);
        for (line = table; line && line < end; line = strchr(line, '\n'), line += line != NULL) {
            char text[256];

            snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
            if (!strstr(text, want) || !strstr(text, "policy drop"))
                continue;
            if (sscanf(table, "table %63[^{]", ret_chain->table) != 1 ||
                strcmp(ret_chain->table, "ip filter ") == 0 ||
                strcmp(ret_chain->table, "ip6 filter ") == 0)
                continue;
            ret_chain->table[strcspn(ret_chain->table, "{")] = '\0';
            ret_chain->table[strlen(ret_chain->table) - 1] = '\0'; /* the blank before { */
            for (const char *c = line; c > table; c--)
                if (sscanf(c, "chain %63[^ {]", ret_chain->name) == 1)
                    break;
            ret_chain->text = table;
            ret_chain->len = (size_t)(end - table);
            *at = end;
            return true;
        }
    }
    return false;
}

static bool mentions(const struct chain *chain, const char *word)
{
    return memmem(chain->text, chain->len, word, strlen(word)) != NULL;
}

static const char *network_of(const struct felt_doctor_facts *f)
{
    return json_string_value(json_object_get(json_object_get(f->status, "network"), "network"));
}

static bool is_known(const struct felt_doctor_facts *f)
{
    return f->iptables[0] || f->iptables[1] || f->nft;
}

/* Ours, flannel's, or one that names the network. */
static bool accepts_forward(const char *saved, const char *network)
{
    return has_line(saved, "-A FORWARD ", "FELT-FORWARD") ||
           has_line(saved, "-A FORWARD ", "FLANNEL-FWD") ||
           has_line(saved, "-A DOCKER-USER ", "FELT-DOCKER-USER") ||
           (network && has_line(saved, "-A FORWARD ", network));
}

void felt_check_forward_policy(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    const char *network = network_of(f), *at = f->nft ? f->nft : "";
    struct chain chain = {.name = "forward"};
    bool found = false;
    char fix[300];

    for (size_t i = 0; i < FELT_ARRAY_LEN(f->iptables); i++) {
        if (!f->iptables[i] || !has_line(f->iptables[i], ":FORWARD ", " DROP") ||
            accepts_forward(f->iptables[i], network))
            continue;
        found = true;
        felt_doctor_find(
            to, FELT_DOCTOR_PROBLEM,
            "start feltd without --iptables-forward-rules=false: it accepts what comes "
            "from and goes to the overlay",
            "the policy of %s' FORWARD chain is DROP, and nothing accepts the overlay's "
            "packets",
            savers[i]);
    }
    while (next_dropping(&at, "forward", &chain)) {
        if (network && mentions(&chain, network))
            continue;
        found = true;
        snprintf(fix, sizeof(fix), "nft insert rule %s %s ip saddr %s accept; the same with daddr",
                 chain.table, chain.name, network ? network : "NETWORK");
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                         "the chain %s of the nft table %s drops what it does not know, and that "
                         "cannot be made good in another table",
                         chain.name, chain.table);
    }
    if (!found && !is_known(f))
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, "run feltctl as root",
                         "the packet filter cannot be read");
    else if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL,
                         "no packet filter here drops what is forwarded");
}

/* ---- ports ---- */

/* What the first rule of INPUT that names the port says: 'A'CCEPT, 'D'ROP or 'R'EJECT; 0: none. */
static char verdict_on(const char *saved, const char *port)
{
    for (const char *at = saved; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
        const char *ports, *jump;
        char line[512];

        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
        ports = strstr(line, "--dport");
        jump = strstr(line, " -j ");
        if (strncmp(line, "-A INPUT ", 9) == 0 && ports && strstr(ports, port) && jump &&
            strchr("ADR", jump[4]))
            return jump[4];
    }
    return 0;
}

/* Whether iptables keeps datagrams to the port out: by a rule of its own, or with all that is left.
 */
static bool drops_port(const char *saved, const char *port)
{
    char verdict = verdict_on(saved, port);

    if (verdict != 0)
        return verdict != 'A';
    return has_line(saved, ":INPUT ", " DROP") || has_line(saved, "-A INPUT -j DROP", "") ||
           has_line(saved, "-A INPUT -j REJECT", "");
}

static void check_port(const struct felt_doctor_facts *f, unsigned port, const char *use,
                       bool *found, struct felt_doctor_findings *to)
{
    const char *at = f->nft ? f->nft : "";
    struct chain chain = {.name = "input"};
    char text[16], fix[200];

    snprintf(text, sizeof(text), "%u", port);
    for (size_t i = 0; i < FELT_ARRAY_LEN(f->iptables); i++) {
        if (!f->iptables[i] || !drops_port(f->iptables[i], text))
            continue;
        *found = true;
        snprintf(fix, sizeof(fix), "%s -I INPUT -p udp --dport %u -j ACCEPT", savers[i], port);
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix, "%s on this machine drops UDP %u, %s",
                         savers[i], port, use);
    }
    while (next_dropping(&at, "input", &chain)) {
        if (mentions(&chain, text))
            continue;
        *found = true;
        snprintf(fix, sizeof(fix), "nft insert rule %s %s udp dport %u accept", chain.table,
                 chain.name, port);
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                         "the chain %s of the nft table %s drops UDP %u, %s", chain.name,
                         chain.table, port, use);
    }
}

static unsigned gossip_port(const struct felt_doctor_facts *f)
{
    const json_t *node = json_object_get(f->status, "node");
    const char *at = json_string_value(json_object_get(node, "advertise"));
    struct felt_endpoint e;

    return at && felt_endpoint_parse(at, GOSSIP_PORT, &e) == 0 ? e.port : GOSSIP_PORT;
}

/* 0: the backend needs none. */
static unsigned vxlan_port(const struct felt_doctor_facts *f)
{
    const json_t *network = json_object_get(f->status, "network"), *port, *backend;
    const char *text = json_string_value(json_object_get(network, "config"));
    const char *type = json_string_value(json_object_get(network, "backend"));
    _cleanup_(json_decrefp) json_t *config = text ? json_loads(text, 0, NULL) : NULL;

    if (type && strcmp(type, "vxlan") != 0)
        return 0;
    backend = json_object_get(config, "Backend");
    port = json_object_get(backend, "Port");
    return json_integer_value(port) > 0 ? (unsigned)json_integer_value(port) : VXLAN_PORT;
}

/* Living members to which packets of the overlay do not come, and which is the last of them. */
static size_t failing(const struct felt_doctor_facts *f, const char **ret_name, size_t *ret_tried)
{
    const json_t *members = json_object_get(f->members, "members");
    size_t n = 0;

    *ret_tried = 0;
    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *m = json_array_get(members, i), *path = json_object_get(m, "path");
        const char *state = json_string_value(json_object_get(path, "state"));

        *ret_tried += state != NULL;
        if (!state || strcmp(state, "fails") != 0)
            continue;
        *ret_name = json_string_value(json_object_get(m, "name"));
        n++;
    }
    return n;
}

static bool hears_nobody(const struct felt_doctor_facts *f)
{
    const json_t *members = json_object_get(f->status, "members");
    const json_t *counters = json_object_get(f->status, "counters");
    const json_t *datagrams = json_object_get(counters, "datagrams");

    return f->status && json_integer_value(json_object_get(counters, "datagrams_sent")) > 0 &&
           json_integer_value(json_object_get(datagrams, "taken")) == 0 &&
           (json_is_null(json_object_get(f->status, "cluster")) ||
            json_integer_value(json_object_get(members, "total")) > 1);
}

void felt_check_ports(const struct felt_doctor_facts *f, struct felt_doctor_findings *to)
{
    unsigned gossip = gossip_port(f), vxlan = vxlan_port(f);
    const char *name = NULL;
    bool found = false;
    size_t n, tried;
    char fix[200];

    check_port(f, gossip, "the gossip of the members", &found, to);
    if (vxlan > 0)
        check_port(f, vxlan, "the packets of the overlay", &found, to);
    n = failing(f, &name, &tried);
    if (n > 0 && vxlan > 0) {
        found = true;
        snprintf(fix, sizeof(fix),
                 "open UDP %u both ways between the machines, also in security groups of a cloud; "
                 "'tcpdump -ni any udp port %u' on both sides shows where they end",
                 vxlan, vxlan);
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                         "packets of the overlay (UDP %u) do not reach %zu of %zu members that are "
                         "alive, %s among them",
                         vxlan, n, tried, name ? name : "-");
    }
    if (hears_nobody(f)) {
        found = true;
        snprintf(fix, sizeof(fix),
                 "open UDP %u both ways between the machines, also in security groups of a cloud; "
                 "'tcpdump -ni any udp port %u' on both sides shows where they end",
                 gossip, gossip);
        felt_doctor_find(to, FELT_DOCTOR_PROBLEM, fix,
                         "nothing has come in on UDP %u since feltd started, though it has sent",
                         gossip);
    }
    if (!found && !is_known(f) && !f->status)
        felt_doctor_find(to, FELT_DOCTOR_UNKNOWN, NULL, "neither feltd nor a packet filter tells");
    else if (!found && vxlan > 0)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "UDP %u and %u are open as far as it is seen",
                         gossip, vxlan);
    else if (!found)
        felt_doctor_find(to, FELT_DOCTOR_FINE, NULL, "UDP %u is open as far as it is seen", gossip);
}
