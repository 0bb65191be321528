/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/underlay.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

#define ADVICE "; name an interface with --iface"
#define ADDRESS_FIRST                                                                         \
    0xe0000000u                /* 224.0.0.0: from here on addresses are multicast or reserved \
                                */
#define LINK_LOCAL 0xa9fe0000u /* 169.254.0.0/16, RFC 3927 */

/* Errors of several attempts gather, so that the last line tells all of them. */
_printf_(2, 3) static void complain(struct felt_underlay_error *error, const char *format, ...)
{
    size_t used = strlen(error->text);
    va_list args;

    if (used > 0 && used + 2 < sizeof(error->text)) {
        memcpy(error->text + used, "; ", 3);
        used += 2;
    }
    va_start(args, format);
    vsnprintf(error->text + used, sizeof(error->text) - used, format, args);
    va_end(args);
}

static bool is_link_local(const struct felt_ip *ip)
{
    return (felt_ip_to_v4(ip) & 0xffff0000u) == LINK_LOCAL;
}

static bool is_global(const struct felt_ip *ip)
{
    uint32_t v4 = felt_ip_to_v4(ip);

    return v4 != 0 && v4 < ADDRESS_FIRST && !felt_ip_is_loopback(ip) && !is_link_local(ip);
}

/* An interface's first global address, private ones included, else its first link-local one. */
static bool find_address(const struct felt_links *links, uint32_t ifindex, struct felt_ip *ret_ip)
{
    const struct felt_ip *second_best = NULL;

    for (size_t i = 0; i < links->n_addrs; i++) {
        const struct felt_ip *ip = &links->addrs[i].cidr.ip;

        if (links->addrs[i].ifindex != ifindex)
            continue;
        if (is_global(ip)) {
            *ret_ip = *ip;
            return true;
        }
        if (second_best == NULL && is_link_local(ip))
            second_best = ip;
    }
    if (second_best == NULL)
        return false;
    *ret_ip = *second_best;
    return true;
}

static const struct felt_interface *by_ifindex(const struct felt_links *links, uint32_t ifindex)
{
    for (size_t i = 0; i < links->n_interfaces; i++)
        if (links->interfaces[i].ifindex == ifindex)
            return &links->interfaces[i];
    return NULL;
}

static const struct felt_interface *by_name(const struct felt_links *links, const char *name)
{
    for (size_t i = 0; i < links->n_interfaces; i++)
        if (strcmp(links->interfaces[i].name, name) == 0)
            return &links->interfaces[i];
    return NULL;
}

static const struct felt_interface *by_address(const struct felt_links *links,
                                               const struct felt_ip *ip)
{
    for (size_t i = 0; i < links->n_addrs; i++)
        if (felt_ip_equal(&links->addrs[i].cidr.ip, ip))
            return by_ifindex(links, links->addrs[i].ifindex);
    return NULL;
}

/* Takes the interface, with its own choice of address where address is NULL. */
static int take(const struct felt_links *links, const struct felt_interface *interface,
                const struct felt_ip *address, const struct felt_ip *public_ip,
                struct felt_underlay *ret_underlay, struct felt_underlay_error *error)
{
    struct felt_underlay underlay = {.ifindex = interface->ifindex, .mtu = interface->mtu};

    memcpy(underlay.name, interface->name, sizeof(underlay.name));
    if (address != NULL) {
        underlay.address = *address;
    } else if (!find_address(links, interface->ifindex, &underlay.address)) {
        complain(error, "failed to find IPv4 address for interface %s", interface->name);
        return -ENOENT;
    }
    if (interface->mtu == 0) {
        complain(error, "failed to determine MTU for %s interface", interface->name);
        return -ENOENT;
    }
    underlay.public_ip = public_ip->family != FELT_FAMILY_NONE ? *public_ip : underlay.address;
    *ret_underlay = underlay;
    return 0;
}

static int try_default(const struct felt_underlay_choice *choice, const struct felt_links *links,
                       struct felt_underlay *ret_underlay, struct felt_underlay_error *error)
{
    const struct felt_interface *interface;

    if (!links->has_default) {
        complain(error, "Failed to find any valid interface to use: Unable to find default "
                        "route" ADVICE);
        return -ENOENT;
    }
    interface = by_ifindex(links, links->default_ifindex);
    if (interface == NULL) {
        complain(error, "Failed to find any valid interface to use: Found default route but could "
                        "not determine interface" ADVICE);
        return -ENOENT;
    }
    return take(links, interface, NULL, &choice->public_ip, ret_underlay, error);
}

static int try_iface(const struct felt_underlay_choice *choice, const struct felt_links *links,
                     const char *wish, struct felt_underlay *ret_underlay,
                     struct felt_underlay_error *error)
{
    const struct felt_interface *interface;
    struct felt_ip ip;
    bool is_address = felt_ip_parse(wish, &ip) == 0;

    if (is_address && ip.family != FELT_FAMILY_V4) {
        complain(error, "--iface %s: only IPv4 addresses can be looked up yet", wish);
        return -ENOENT;
    }
    interface = is_address ? by_address(links, &ip) : by_name(links, wish);
    if (interface == NULL) {
        complain(error,
                 is_address ? "--iface %s: No interface with given IP found"
                            : "--iface %s: no such network interface",
                 wish);
        return -ENOENT;
    }
    return take(links, interface, is_address ? &ip : NULL, &choice->public_ip, ret_underlay, error);
}

/* Users write \d as flannel's RE2 lets them; POSIX knows it as [0-9]. False: no room. */
static bool to_posix(const char *pattern, char *posix, size_t size)
{
    static const char digit[] = "[0-9]";
    size_t n = 0;

    while (*pattern != 0) {
        size_t in = 1, out = 1;
        const char *text = pattern;

        if (pattern[0] == '\\' && pattern[1] == 'd') {
            in = 2;
            out = sizeof(digit) - 1;
            text = digit;
        } else if (pattern[0] == '\\' && pattern[1] != 0) {
            in = out = 2;
        }
        if (n + out >= size)
            return false;
        memcpy(posix + n, text, out);
        n += out;
        pattern += in;
    }
    posix[n] = 0;
    return true;
}

static int match(const struct felt_links *links, const regex_t *regex,
                 const struct felt_interface **ret_interface)
{
    for (size_t i = 0; i < links->n_interfaces; i++) {
        char text[FELT_IP_TEXT];
        struct felt_ip ip;

        if (find_address(links, links->interfaces[i].ifindex, &ip) &&
            regexec(regex, felt_ip_format(&ip, text), 0, NULL, 0) == 0) {
            *ret_interface = &links->interfaces[i];
            return 0;
        }
    }
    for (size_t i = 0; i < links->n_interfaces; i++) {
        if (regexec(regex, links->interfaces[i].name, 0, NULL, 0) == 0) {
            *ret_interface = &links->interfaces[i];
            return 0;
        }
    }
    return -ENOENT;
}

static int try_regex(const struct felt_underlay_choice *choice, const struct felt_links *links,
                     const char *pattern, struct felt_underlay *ret_underlay,
                     struct felt_underlay_error *error)
{
    char posix[3 * FELT_OPTIONS_TEXT_MAX]; /* "\d" becomes "[0-9]": two and a half times as much */
    const struct felt_interface *interface;
    char why[128];
    regex_t regex = {0};
    int r;

    r = to_posix(pattern, posix, sizeof(posix)) ? regcomp(&regex, posix, REG_EXTENDED | REG_NOSUB)
                                                : REG_ESPACE;
    if (r != 0) {
        regerror(r, &regex, why, sizeof(why));
        complain(error, "--iface-regex %s: %s (POSIX extended syntax)", pattern, why);
        return -EINVAL;
    }
    r = match(links, &regex, &interface);
    regfree(&regex);
    if (r < 0) {
        complain(error, "Could not match pattern %s to any of the available network interfaces",
                 pattern);
        return r;
    }
    return take(links, interface, NULL, &choice->public_ip, ret_underlay, error);
}

int felt_underlay_choose(const struct felt_underlay_choice *choice, const struct felt_links *links,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error)
{
    size_t n_iface = choice->iface != NULL ? choice->iface->n : 0;
    size_t n_regex = choice->iface_regex != NULL ? choice->iface_regex->n : 0;
    int r = -ENOENT;

    ret_error->text[0] = 0;
    if (n_iface == 0 && n_regex == 0)
        return try_default(choice, links, ret_underlay, ret_error);
    for (size_t i = 0; i < n_iface && r == -ENOENT; i++)
        r = try_iface(choice, links, choice->iface->items[i], ret_underlay, ret_error);
    for (size_t i = 0; i < n_regex && r == -ENOENT; i++)
        r = try_regex(choice, links, choice->iface_regex->items[i], ret_underlay, ret_error);
    return r;
}

int felt_underlay_select(const struct felt_underlay_choice *choice,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error)
{
    struct felt_kernel_error error = {0};
    struct felt_links links;
    int r = felt_links_read(&links, &error);

    if (r < 0) {
        snprintf(ret_error->text, sizeof(ret_error->text),
                 "cannot read the machine's network interfaces: %s", error.text);
        return r;
    }
    r = felt_underlay_choose(choice, &links, ret_underlay, ret_error);
    felt_links_done(&links);
    return r;
}
