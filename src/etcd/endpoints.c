/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/endpoints.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"

#define PORT_MAX 65535

_printf_(2, 3) static int fail(struct felt_etcd_endpoints_error *ret_error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(ret_error->text, sizeof(ret_error->text), format, args);
    va_end(args);
    for (char *c = ret_error->text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
    return -EINVAL;
}

static bool is_port(const char *text)
{
    char *end;
    unsigned long port = strtoul(text, &end, 10);

    return isdigit((unsigned char)*text) && *end == '\0' && port > 0 && port <= PORT_MAX;
}

/* "name", "name:2379", "192.0.2.1:2379", "[2001:db8::1]:2379". */
static bool is_authority(const char *text)
{
    const char *end = text;

    if (*text == '[') {
        end = text + 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
        if (*end != ']' || end == text + 1)
            return false;
        end++;
    } else {
        while (isalnum((unsigned char)*end) || (*end != '\0' && strchr("-._", *end)))
            end++;
        if (end == text)
            return false;
    }
    return *end == '\0' || (*end == ':' && is_port(end + 1));
}

/* Takes one, of len bytes. */
static int add(struct felt_etcd_endpoints *endpoints, const char *text, size_t len,
               struct felt_etcd_endpoints_error *ret_error)
{
    const char *authority;
    char *url;

    if (endpoints->n == FELT_ETCD_ENDPOINTS_MAX)
        return fail(ret_error, "more than %d endpoints", FELT_ETCD_ENDPOINTS_MAX);
    if (len > 0 && text[len - 1] == '/')
        len--;
    if (len >= FELT_ETCD_ENDPOINT_TEXT)
        return fail(ret_error, "an endpoint is longer than %d bytes", FELT_ETCD_ENDPOINT_TEXT - 1);
    url = endpoints->url[endpoints->n];
    memcpy(url, text, len);
    url[len] = '\0';
    if (strncmp(url, "http://", 7) == 0)
        authority = url + 7;
    else if (strncmp(url, "https://", 8) == 0)
        authority = url + 8;
    else
        return fail(ret_error, "'%s' begins with neither http:// nor https://", url);
    if (!is_authority(authority))
        return fail(ret_error, "'%s' is not an endpoint like http://127.0.0.1:2379", url);
    endpoints->n++;
    return 0;
}

int felt_etcd_endpoints_parse(const char *text, struct felt_etcd_endpoints *ret_endpoints,
                              struct felt_etcd_endpoints_error *ret_error)
{
    struct felt_etcd_endpoints endpoints = {0};

    /* A password would be in the arguments, for everybody to read. Nor is it shown here, also where
     * it has a ',' in it: so this comes before anything is taken apart. */
    if (strchr(text, '@'))
        return fail(ret_error, "an endpoint holds no user or password; there are --etcd-username "
                               "and --etcd-password-file");
    for (;;) {
        size_t len = strcspn(text, ",");
        int r = add(&endpoints, text, len, ret_error);

        if (r < 0)
            return r;
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    *ret_endpoints = endpoints;
    return 0;
}

bool felt_etcd_endpoints_have_tls(const struct felt_etcd_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->n; i++) {
        if (strncmp(endpoints->url[i], "https://", 8) == 0)
            return true;
    }
    return false;
}
