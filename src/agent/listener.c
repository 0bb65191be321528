/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/listener.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"

#define LINE_SIZE    512 /* a line has 150 */
#define STATE_LISTEN 0x0A
#define WORDS_MAX    4

/* "   0: 0100007F:24FE 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998 ...": the
 * address is in words, each as this machine reads it. False: this is no socket that listens. */
static bool parse(const char *line, uint8_t family, struct felt_listener *ret)
{
    unsigned w[WORDS_MAX] = {0}, port, state, uid;
    bool complete;

    if (family == FELT_FAMILY_V4)
        complete = sscanf(line, " %*u: %8x:%4x %*8x:%*4x %2x %*8x:%*8x %*2x:%*8x %*8x %u", &w[0],
                          &port, &state, &uid) == 4;
    else
        complete =
            sscanf(line, " %*u: %8x%8x%8x%8x:%4x %*32[^:]:%*4x %2x %*8x:%*8x %*2x:%*8x %*8x %u",
                   &w[0], &w[1], &w[2], &w[3], &port, &state, &uid) == 7;
    if (!complete || state != STATE_LISTEN)
        return false;
    *ret = (struct felt_listener){.at = {.ip.family = family, .port = (uint16_t)port}, .uid = uid};
    memcpy(ret->at.ip.bytes, w, felt_ip_len(&ret->at.ip));
    return true;
}

/* What a listener is to one who wants to be there. An IPv6 socket that is everywhere is taken for
 * one of both families, which it is unless it has said otherwise. */
static enum felt_listener_kind kind_of(const struct felt_listener *l,
                                       const struct felt_endpoint *at)
{
    bool same_family = l->at.ip.family == at->ip.family;

    if (l->at.port != at->port)
        return FELT_LISTENER_NONE;
    if (felt_ip_equal(&l->at.ip, &at->ip))
        return FELT_LISTENER_ANSWERS;
    if (felt_ip_is_any(&l->at.ip) && (same_family || l->at.ip.family == FELT_FAMILY_V6))
        return FELT_LISTENER_ANSWERS;
    if (felt_ip_is_any(&at->ip) && (same_family || at->ip.family == FELT_FAMILY_V6))
        return FELT_LISTENER_OBSTRUCTS;
    return FELT_LISTENER_NONE;
}

static int find_in(const char *net_dir, const char *name, uint8_t family,
                   const struct felt_endpoint *at, struct felt_listener *best)
{
    char path[PATH_MAX], line[LINE_SIZE];
    struct felt_listener l;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", net_dir, name);
    file = fopen(path, "re");
    if (!file)
        return -errno;
    /* Behind the heading the kernel puts those that listen first; connections may be many. */
    if (fgets(line, sizeof(line), file)) {
        while (fgets(line, sizeof(line), file) && parse(line, family, &l)) {
            bool is_there = felt_endpoint_equal(&l.at, at);

            l.kind = kind_of(&l, at);
            if (l.kind > best->kind || (is_there && !felt_endpoint_equal(&best->at, at)))
                *best = l;
        }
    }
    (void)fclose(file);
    return 0;
}

int felt_listener_find(const char *net_dir, const struct felt_endpoint *at,
                       struct felt_listener *ret_listener)
{
    struct felt_listener best = {.kind = FELT_LISTENER_NONE};
    int r = find_in(net_dir, "tcp", FELT_FAMILY_V4, at, &best);

    if (r < 0)
        return r;
    r = find_in(net_dir, "tcp6", FELT_FAMILY_V6, at, &best);
    if (r < 0 && r != -ENOENT) /* a kernel without IPv6 */
        return r;
    *ret_listener = best;
    return 0;
}
