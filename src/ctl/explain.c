/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/explain.h"

#include <stdbool.h>
#include <string.h>

#include "base/id.h"
#include "base/idiom.h"
#include "ctl/paint.h"

#define LABEL_WIDTH 10 /* of the left column */

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool is_in(const char *cidr, const struct felt_ip *ip)
{
    struct felt_cidr parsed;

    return cidr && felt_cidr_parse(cidr, &parsed) == 0 && felt_cidr_contains(&parsed, ip);
}

/* The subnet of an entry's two that has the address; NULL: neither. */
static const char *subnet_with(const json_t *entry, const char *key, const char *key6,
                               const struct felt_ip *ip)
{
    if (is_in(text(entry, key), ip))
        return text(entry, key);
    return is_in(text(entry, key6), ip) ? text(entry, key6) : NULL;
}

static bool is_at(const char *endpoint, const struct felt_ip *ip)
{
    struct felt_endpoint e;
    struct felt_ip plain;

    if (!endpoint)
        return false;
    if (felt_ip_parse(endpoint, &plain) == 0)
        return felt_ip_equal(&plain, ip);
    return felt_endpoint_parse(endpoint, 0, &e) == 0 && felt_ip_equal(&e.ip, ip);
}

/* Who leases the subnet that has the address, or else who is at the address. */
static const json_t *member_of(const json_t *members, const struct felt_ip *ip, bool *ret_is_there)
{
    const json_t *list = json_object_get(members, "members");

    *ret_is_there = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);

        if (subnet_with(m, "lease", "lease6", ip))
            return m;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);

        *ret_is_there = true;
        if (is_at(text(m, "public_ip"), ip) || is_at(text(m, "public_ip6"), ip) ||
            is_at(text(m, "advertise"), ip))
            return m;
    }
    *ret_is_there = false;
    return NULL;
}

_printf_(2, 3) static void say(json_t *list, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    json_array_append_new(list, json_vsprintf(format, args));
    va_end(args);
}

/* ---- what is wrong on the way to a peer ---- */

static void look_at_kernel(const struct felt_explain_world *w, json_t *explained, json_t *wrong)
{
    const json_t *entries = json_object_get(w->kernel, "entries");
    const json_t *troubles = json_object_get(w->kernel, "troubles");
    const char *error = text(json_object_get(w->status, "kernel"), "error");
    json_t *shown = json_array();

    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *e = json_array_get(entries, i);
        const char *kind = text(e, "kind"), *what = text(e, "text"), *state = text(e, "state");

        json_array_append_new(shown,
                              json_pack("{s:s?, s:s?, s:s?, s:O?}", "kind", kind, "text", what,
                                        "state", state, "device", json_object_get(e, "device")));
        if (state && strcmp(state, "present") != 0)
            say(wrong, "the %s %s is %s in the kernel", kind ? kind : "-", what ? what : "-",
                strcmp(state, "stale") == 0 ? "one too many" : "missing");
    }
    for (size_t i = 0; i < json_array_size(troubles); i++)
        json_array_append(wrong, json_array_get(troubles, i));
    if (!w->kernel)
        say(wrong, "feltd could not look at the kernel");
    else if (json_array_size(entries) == 0 && json_array_size(troubles) == 0)
        say(wrong, "there is no way to it in the kernel, and none is meant to be there yet");
    if (json_array_size(wrong) > 0 && error)
        say(wrong, "feltd says of the kernel: %s", error);
    json_object_set_new(explained, "kernel", shown);
}

static void look_at_member(const json_t *m, json_t *wrong)
{
    const char *state = text(m, "state"), *path = text(json_object_get(m, "path"), "state");
    const char *name = text(m, "name");

    if (state && strcmp(state, "alive") != 0)
        say(wrong, "the node %s is %s%s", name ? name : "-", state,
            strcmp(state, "dead") == 0 ? ": it does not answer, so nothing behind it will" : "");
    if (path && strcmp(path, "fails") == 0)
        say(wrong, "packets through the overlay do not reach %s, though it is alive",
            name ? name : "-");
    else if (path && strcmp(path, "large_fails") == 0)
        say(wrong, "packets of the overlay's MTU do not reach %s, small ones do",
            name ? name : "-");
}

/* What a person would type now. */
static json_t *next_to_peer(const struct felt_explain_world *w, const json_t *m,
                            const json_t *wrong, const struct felt_ip *ip)
{
    const char *state = text(m, "state"), *path = text(json_object_get(m, "path"), "state");
    const json_t *kernel = json_object_get(w->status, "kernel");
    const char *underlay = text(kernel, "interface"), *public_ip = text(m, "public_ip");
    const char *advertise = text(m, "advertise");

    if (!public_ip)
        public_ip = text(m, "public_ip6");
    if (state && strcmp(state, "alive") != 0 && advertise) {
        struct felt_endpoint e;

        if (felt_endpoint_parse(advertise, 0, &e) == 0)
            return json_sprintf("ping -c 3 %s", FELT_IP(&e.ip));
    }
    if (path && strcmp(path, "fails") == 0 && public_ip)
        return json_sprintf("tcpdump -ni %s udp and host %s", underlay ? underlay : "any",
                            public_ip);
    if (path && strcmp(path, "large_fails") == 0)
        return json_string("feltctl doctor");
    if (json_array_size(wrong) > 0)
        return json_string("feltctl events");
    return json_sprintf("ping -c 3 %s", FELT_IP(ip));
}

/* ---- the kinds ---- */

static void fill_member(json_t *explained, const json_t *m)
{
    static const char *const keys[] = {"name",      "state",      "advertise",
                                       "public_ip", "public_ip6", "path"};

    json_object_set(explained, "node", json_object_get(m, "id"));
    for (size_t i = 0; i < FELT_ARRAY_LEN(keys); i++)
        json_object_set(explained, keys[i], json_object_get(m, keys[i]));
}

static void explain_ours(json_t *explained, const json_t *m, const struct felt_ip *ip)
{
    const char *subnet = text(explained, "subnet");

    json_object_set_new(explained, "kind", json_string("ours"));
    json_object_set_new(
        explained, "summary",
        json_sprintf("in %s, the subnet of this node (%s): a container here, behind "
                     "docker0, cni0 or another bridge",
                     subnet, text(m, "name")));
    json_object_set_new(explained, "next", json_sprintf("ip route get %s", FELT_IP(ip)));
}

static void explain_peers(const struct felt_explain_world *w, json_t *explained, const json_t *m,
                          const struct felt_ip *ip)
{
    json_t *wrong = json_object_get(explained, "wrong");

    json_object_set_new(explained, "kind", json_string("peers"));
    json_object_set_new(explained, "summary",
                        json_sprintf("in %s, the subnet of the node %s", text(explained, "subnet"),
                                     text(m, "name")));
    look_at_member(m, wrong);
    look_at_kernel(w, explained, wrong);
    json_object_set_new(explained, "next", next_to_peer(w, m, wrong, ip));
}

static void explain_members(json_t *explained, const json_t *m, const struct felt_ip *ip)
{
    const char *lease = text(m, "lease") ? text(m, "lease") : text(m, "lease6");

    json_object_set_new(explained, "kind", json_string("members"));
    json_object_set_new(explained, "summary",
                        json_sprintf("where the node %s itself is reached: the underlay's, and not "
                                     "felt's to route. Its containers are in %s",
                                     text(m, "name"), lease ? lease : "no subnet yet"));
    json_object_set_new(explained, "next", json_sprintf("ping -c 3 %s", FELT_IP(ip)));
}

static void explain_free(json_t *explained, const char *network)
{
    json_t *wrong = json_object_get(explained, "wrong");

    json_object_set_new(explained, "kind", json_string("free"));
    json_object_set_new(explained, "summary",
                        json_sprintf("in the network %s, but in no node's subnet", network));
    say(wrong, "no node leases that subnet, so nothing answers there");
    json_object_set_new(explained, "next", json_string("feltctl leases"));
}

static void explain_foreign(json_t *explained, const char *network, const struct felt_ip *ip)
{
    json_object_set_new(explained, "kind", json_string("foreign"));
    json_object_set_new(explained, "summary",
                        network ? json_sprintf("not in the network %s, and no node is there: felt "
                                               "has no part in it",
                                               network)
                                : json_string("this node does not know its network yet"));
    json_object_set_new(explained, "next",
                        network ? json_sprintf("ip route get %s", FELT_IP(ip))
                                : json_string("feltctl status"));
}

json_t *felt_explain(const struct felt_explain_world *w, const struct felt_ip *ip)
{
    const json_t *network = json_object_get(w->status, "network");
    const char *network6 = text(json_object_get(network, "ipv6"), "network");
    const char *of_all = text(network, "network"), *subnet;
    const json_t *m;
    json_t *explained;
    bool is_there;

    m = member_of(w->members, ip, &is_there);
    explained =
        json_pack("{s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:[], s:[], s:n}",
                  "address", FELT_IP(ip), "kind", "summary", "node", "name", "state", "subnet",
                  "advertise", "public_ip", "public_ip6", "path", "kernel", "wrong", "next");
    if (!explained)
        return NULL;
    if (m)
        fill_member(explained, m);
    subnet = m ? subnet_with(m, "lease", "lease6", ip) : NULL;
    if (subnet)
        json_object_set_new(explained, "subnet", json_string(subnet));
    if (m && is_there)
        explain_members(explained, m, ip);
    else if (m && json_is_true(json_object_get(m, "self")))
        explain_ours(explained, m, ip);
    else if (m)
        explain_peers(w, explained, m, ip);
    else if (is_in(of_all, ip) || is_in(network6, ip))
        explain_free(explained, is_in(of_all, ip) ? of_all : network6);
    else
        explain_foreign(explained, of_all, ip);
    return explained;
}

/* ---- for people ---- */

static void label(FILE *out, const char *name)
{
    fprintf(out, "%s%-*s%s", felt_paint(FELT_PAINT_DIM), LABEL_WIDTH, name,
            felt_paint(FELT_PAINT_PLAIN));
}

static void print_node(const json_t *x, FILE *out)
{
    const char *ip = text(x, "public_ip"), *ip6 = text(x, "public_ip6");
    const char *path = text(json_object_get(x, "path"), "state");

    if (!text(x, "node"))
        return;
    label(out, "node");
    fprintf(out, "%s (%.*s), %s, overlay traffic to %s%s%s\n", text(x, "name"), FELT_ID_SHORT_LEN,
            text(x, "node"), text(x, "state"), ip ? ip : "-", ip6 ? "," : "", ip6 ? ip6 : "");
    if (!path)
        return;
    label(out, "trial");
    fprintf(out, "%s\n",
            strcmp(path, "passes") == 0  ? "packets through the overlay get there"
            : strcmp(path, "fails") == 0 ? "packets through the overlay do not get there"
                                         : "only small packets through the overlay get there");
}

static void print_kernel(const json_t *x, FILE *out)
{
    const json_t *entries = json_object_get(x, "kernel");

    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *e = json_array_get(entries, i);
        const char *state = text(e, "state") ? text(e, "state") : "-", *device = text(e, "device");
        bool good = strcmp(state, "present") == 0;

        label(out, text(e, "kind"));
        fprintf(out, "%s%-8s%s %s%s%s\n", felt_paint(good ? FELT_PAINT_GOOD : FELT_PAINT_BAD),
                good ? "ok" : state, felt_paint(FELT_PAINT_PLAIN), text(e, "text"),
                device ? " dev " : "", device ? device : "");
    }
}

void felt_explain_print(const json_t *x, FILE *out)
{
    const json_t *wrong = json_object_get(x, "wrong");

    label(out, "address");
    fprintf(out, "%s: %s\n", text(x, "address"), text(x, "summary"));
    print_node(x, out);
    print_kernel(x, out);
    for (size_t i = 0; i < json_array_size(wrong); i++) {
        label(out, i == 0 ? "wrong" : "");
        fprintf(out, "%s%s%s\n", felt_paint(FELT_PAINT_BAD),
                json_string_value(json_array_get(wrong, i)), felt_paint(FELT_PAINT_PLAIN));
    }
    label(out, "next");
    fprintf(out, "%s%s%s\n", felt_paint(FELT_PAINT_BOLD), text(x, "next"),
            felt_paint(FELT_PAINT_PLAIN));
}
