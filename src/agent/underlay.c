/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/underlay.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

#define ADVICE "; name an interface with --iface"
#define ADDRESS_FIRST                                                          \
    0xe0000000u /* 224.0.0.0: from here on addresses are multicast or reserved \
                 */
#define LOOPBACK   "lo"
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
    if (ip->family == FELT_FAMILY_V6)
        return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80; /* fe80::/10, RFC 4291 */
    return (felt_ip_to_v4(ip) & 0xffff0000u) == LINK_LOCAL;
}

static bool is_multicast(const struct felt_ip *ip)
{
    return ip->family == FELT_FAMILY_V6 ? ip->bytes[0] == 0xff : felt_ip_to_v4(ip) >= ADDRESS_FIRST;
}

static bool is_global(const struct felt_ip *ip)
{
    return !felt_ip_is_any(ip) && !is_multicast(ip) && !felt_ip_is_loopback(ip) &&
           !is_link_local(ip);
}

/* The more the better; 0: of no use. */
static unsigned worth(const struct felt_interface_addr *addr)
{
    const struct felt_ip *ip = &addr->cidr.ip;

    if (addr->unfit)
        return 0;
    if (ip->family == FELT_FAMILY_V4)
        return is_global(ip) ? 2 : is_link_local(ip) ? 1 : 0;
    return is_global(ip) ? 1u + !addr->temporary + addr->permanent : 0;
}

/* An interface's best address of a family, the first of equals. */
static bool find_address(const struct felt_links *links, uint32_t ifindex, uint8_t family,
                         struct felt_ip *ret_ip)
{
    const struct felt_ip *found = NULL;
    unsigned best = 0;

    for (size_t i = 0; i < links->n_addrs; i++) {
        const struct felt_interface_addr *addr = &links->addrs[i];

        if (addr->ifindex != ifindex || addr->cidr.ip.family != family || worth(addr) <= best)
            continue;
        best = worth(addr);
        found = &addr->cidr.ip;
    }
    if (found == NULL)
        return false;
    *ret_ip = *found;
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

/* Still of use. A link-local one gives way to a better one. */
static bool is_still_there(const struct felt_links *links, uint32_t ifindex,
                           const struct felt_ip *ip)
{
    for (size_t i = 0; i < links->n_addrs; i++)
        if (links->addrs[i].ifindex == ifindex && felt_ip_equal(&links->addrs[i].cidr.ip, ip))
            return worth(&links->addrs[i]) > 0 && is_global(ip);
    return false;
}

static const struct felt_ip *had_of(const struct felt_underlay *had, uint8_t family)
{
    return had->address6.family == family ? &had->address6 : &had->address;
}

/* One family of an interface: the address that was asked for, or the one that we had, or its best
 * one. False: none. */
static bool take_family(const struct felt_links *links, uint32_t ifindex, uint8_t family,
                        const struct felt_ip *asked, const struct felt_underlay *had,
                        struct felt_ip *ret_address)
{
    if (asked != NULL && asked->family == family) {
        *ret_address = *asked;
        return true;
    }
    if (had != NULL && had_of(had, family)->family == family &&
        is_still_there(links, ifindex, had_of(had, family))) {
        *ret_address = *had_of(had, family);
        return true;
    }
    return find_address(links, ifindex, family, ret_address);
}

/* A --public-ip of a family that the interface has no address of would lead nowhere. */
static bool is_public_ip_in_vain(const struct felt_interface *interface, const char *option,
                                 const struct felt_ip *public_ip, bool has_family,
                                 struct felt_underlay_error *error)
{
    if (public_ip->family == FELT_FAMILY_NONE || has_family)
        return false;
    complain(error, "%s %s: interface %s has no address of that family", option, FELT_IP(public_ip),
             interface->name);
    return true;
}

static const struct felt_ip *given_or(const struct felt_ip *given, const struct felt_ip *address)
{
    return given->family != FELT_FAMILY_NONE ? given : address;
}

/* Takes the interface, with its own choice of addresses but for the one that was asked for (NULL:
 * none was), and those that we had (NULL: none). */
static int take(const struct felt_links *links, const struct felt_interface *interface,
                const struct felt_ip *asked, const struct felt_underlay *had,
                const struct felt_underlay_choice *choice, struct felt_underlay *ret_underlay,
                struct felt_underlay_error *error)
{
    struct felt_underlay underlay = {.ifindex = interface->ifindex, .mtu = interface->mtu};
    struct felt_ip v4 = {0}, v6 = {0};
    bool has_v4 = take_family(links, interface->ifindex, FELT_FAMILY_V4, asked, had, &v4);
    bool has_v6 = take_family(links, interface->ifindex, FELT_FAMILY_V6, asked, had, &v6);

    memcpy(underlay.name, interface->name, sizeof(underlay.name));
    /* An address that IPv4 hosts give themselves where nobody gives them one. */
    if (has_v4 && has_v6 && is_link_local(&v4) && asked == NULL)
        has_v4 = false;
    if (!has_v4 && !has_v6) {
        complain(error, "failed to find an IPv4 or IPv6 address for interface %s", interface->name);
        return -ENOENT;
    }
    if (interface->mtu == 0) {
        complain(error, "failed to determine MTU for %s interface", interface->name);
        return -ENOENT;
    }
    if (is_public_ip_in_vain(interface, "--public-ip", &choice->public_ip, has_v4, error) ||
        is_public_ip_in_vain(interface, "--public-ipv6", &choice->public_ip6, has_v6, error))
        return -ENOENT;
    underlay.address = has_v4 ? v4 : v6;
    underlay.public_ip =
        has_v4 ? *given_or(&choice->public_ip, &v4) : *given_or(&choice->public_ip6, &v6);
    if (has_v4 && has_v6) {
        underlay.address6 = v6;
        underlay.public_ip6 = *given_or(&choice->public_ip6, &v6);
    }
    *ret_underlay = underlay;
    return 0;
}

static int try_default(const struct felt_underlay_choice *choice, const struct felt_links *links,
                       struct felt_underlay *ret_underlay, struct felt_underlay_error *error)
{
    const struct felt_interface *interface;

    if (!links->has_default && !links->has_default6) {
        complain(error, "Failed to find any valid interface to use: Unable to find default "
                        "route" ADVICE);
        return -ENOENT;
    }
    interface =
        by_ifindex(links, links->has_default ? links->default_ifindex : links->default6_ifindex);
    if (interface == NULL) {
        complain(error, "Failed to find any valid interface to use: Found default route but could "
                        "not determine interface" ADVICE);
        return -ENOENT;
    }
    return take(links, interface, NULL, NULL, choice, ret_underlay, error);
}

/* Nobody but us knows that peers shall send there. A loopback's address is not of a link. */
static bool try_public_ip(const struct felt_underlay_choice *choice, const struct felt_links *links,
                          const struct felt_ip *public_ip, struct felt_underlay *ret_underlay)
{
    struct felt_underlay_error unused = {0};
    const struct felt_interface *interface;

    if (public_ip->family == FELT_FAMILY_NONE)
        return false;
    interface = by_address(links, public_ip);
    return interface != NULL && strcmp(interface->name, LOOPBACK) != 0 &&
           take(links, interface, public_ip, NULL, choice, ret_underlay, &unused) == 0;
}

static int try_reach(const struct felt_underlay_choice *choice, const struct felt_links *links,
                     struct felt_underlay *ret_underlay, struct felt_underlay_error *error)
{
    const struct felt_ip *source = &choice->way.source;
    const struct felt_interface *interface = by_ifindex(links, choice->way.ifindex);

    if (interface == NULL) {
        complain(error, "--iface-can-reach %s: no route leads there", FELT_IP(&choice->can_reach));
        return -ENOENT;
    }
    return take(links, interface, source->family != FELT_FAMILY_NONE ? source : NULL, NULL, choice,
                ret_underlay, error);
}

static int try_iface(const struct felt_underlay_choice *choice, const struct felt_links *links,
                     const char *wish, struct felt_underlay *ret_underlay,
                     struct felt_underlay_error *error)
{
    const struct felt_interface *interface;
    struct felt_ip ip;
    bool is_address = felt_ip_parse(wish, &ip) == 0;

    interface = is_address ? by_address(links, &ip) : by_name(links, wish);
    if (interface == NULL) {
        complain(error,
                 is_address ? "--iface %s: No interface with given IP found"
                            : "--iface %s: no such network interface",
                 wish);
        return -ENOENT;
    }
    return take(links, interface, is_address ? &ip : NULL, NULL, choice, ret_underlay, error);
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

static bool address_matches(const struct felt_links *links, uint32_t ifindex, uint8_t family,
                            const regex_t *regex)
{
    char text[FELT_IP_TEXT];
    struct felt_ip ip;

    return find_address(links, ifindex, family, &ip) &&
           regexec(regex, felt_ip_format(&ip, text), 0, NULL, 0) == 0;
}

static int match(const struct felt_links *links, const regex_t *regex,
                 const struct felt_interface **ret_interface)
{
    for (size_t i = 0; i < links->n_interfaces; i++) {
        if (address_matches(links, links->interfaces[i].ifindex, FELT_FAMILY_V4, regex) ||
            address_matches(links, links->interfaces[i].ifindex, FELT_FAMILY_V6, regex)) {
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
    return take(links, interface, NULL, NULL, choice, ret_underlay, error);
}

int felt_underlay_choose(const struct felt_underlay_choice *choice, const struct felt_links *links,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error)
{
    size_t n_iface = choice->iface != NULL ? choice->iface->n : 0;
    size_t n_regex = choice->iface_regex != NULL ? choice->iface_regex->n : 0;
    int r = -ENOENT;

    ret_error->text[0] = 0;
    if (n_iface == 0 && n_regex == 0 && choice->can_reach.family == FELT_FAMILY_NONE)
        return try_public_ip(choice, links, &choice->public_ip, ret_underlay) ||
                       try_public_ip(choice, links, &choice->public_ip6, ret_underlay)
                   ? 0
                   : try_default(choice, links, ret_underlay, ret_error);
    for (size_t i = 0; i < n_iface && r == -ENOENT; i++)
        r = try_iface(choice, links, choice->iface->items[i], ret_underlay, ret_error);
    for (size_t i = 0; i < n_regex && r == -ENOENT; i++)
        r = try_regex(choice, links, choice->iface_regex->items[i], ret_underlay, ret_error);
    if (r == -ENOENT && choice->can_reach.family != FELT_FAMILY_NONE)
        r = try_reach(choice, links, ret_underlay, ret_error);
    return r;
}

static bool is_by_address(const struct felt_underlay_choice *choice)
{
    size_t n = choice->iface != NULL ? choice->iface->n : 0;
    struct felt_ip ip;

    for (size_t i = 0; i < n; i++)
        if (felt_ip_parse(choice->iface->items[i], &ip) == 0)
            return true;
    return false;
}

int felt_underlay_again(const struct felt_underlay_choice *choice, const struct felt_links *links,
                        const struct felt_underlay *had, struct felt_underlay *ret_underlay,
                        struct felt_underlay_error *ret_error)
{
    const struct felt_interface *interface = by_ifindex(links, had->ifindex);

    ret_error->text[0] = 0;
    if (is_by_address(choice))
        return felt_underlay_choose(choice, links, ret_underlay, ret_error);
    if (interface == NULL)
        interface = by_name(links, had->name);
    if (interface == NULL) {
        complain(ret_error, "interface %s is gone", had->name);
        return -ENODEV;
    }
    return take(links, interface, NULL, had, choice, ret_underlay, ret_error);
}

bool felt_underlay_same(const struct felt_underlay *a, const struct felt_underlay *b)
{
    return strcmp(a->name, b->name) == 0 && a->ifindex == b->ifindex && a->mtu == b->mtu &&
           felt_ip_equal(&a->address, &b->address) && felt_ip_equal(&a->address6, &b->address6) &&
           felt_ip_equal(&a->public_ip, &b->public_ip) &&
           felt_ip_equal(&a->public_ip6, &b->public_ip6);
}

bool felt_underlay_lacks(const struct felt_underlay *next, const struct felt_underlay *had)
{
    uint8_t had_families[] = {had->address.family, had->address6.family};

    for (size_t i = 0; i < FELT_ARRAY_LEN(had_families); i++)
        if (had_families[i] != FELT_FAMILY_NONE && next->address.family != had_families[i] &&
            next->address6.family != had_families[i])
            return true;
    return false;
}

int felt_underlay_select(const struct felt_underlay_choice *wishes,
                         struct felt_underlay *ret_underlay, struct felt_underlay_error *ret_error)
{
    struct felt_underlay_choice choice = *wishes;
    struct felt_kernel_error error = {0};
    struct felt_links links;
    int r = felt_links_read(&links, &error);

    if (r < 0) {
        snprintf(ret_error->text, sizeof(ret_error->text),
                 "cannot read the machine's network interfaces: %s", error.text);
        return r;
    }
    /* Without an answer there is no way there, as yet. */
    choice.way = (struct felt_way_out){0};
    if (choice.can_reach.family != FELT_FAMILY_NONE)
        (void)felt_way_out(&choice.can_reach, &choice.way, NULL);
    r = felt_underlay_choose(&choice, &links, ret_underlay, ret_error);
    felt_links_done(&links);
    return r;
}
