/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "etcd/trouble.h"

#define CONNECT_TIMEOUT (2 * FELT_USEC_SEC) /* a data centre answers in milliseconds */

#define INDEX_HEADER    "X-Etcd-Index:"

/* curl's: bytes of a body. */
static size_t on_body(char *bytes, size_t one _unused_, size_t len, void *userdata)
{
    struct felt_etcd_transfer *t = userdata;
    char *body;

    if (len > FELT_ETCD_BODY_MAX - t->answer.body_len)
        return 0;
    body = realloc(t->answer.body, t->answer.body_len + len + 1);
    if (!body)
        return 0;
    memcpy(body + t->answer.body_len, bytes, len);
    t->answer.body = body;
    t->answer.body_len += len;
    body[t->answer.body_len] = '\0';
    return len;
}

/* curl's: one header, which does not end in NUL. */
static size_t on_header(char *bytes, size_t one _unused_, size_t len, void *userdata)
{
    struct felt_etcd_transfer *t = userdata;
    char number[24];
    size_t n = 0;

    if (len <= strlen(INDEX_HEADER) || strncasecmp(bytes, INDEX_HEADER, strlen(INDEX_HEADER)) != 0)
        return len;
    for (size_t i = strlen(INDEX_HEADER); i < len && n + 1 < sizeof(number); i++) {
        if (bytes[i] >= '0' && bytes[i] <= '9')
            number[n++] = bytes[i];
    }
    number[n] = '\0';
    t->answer.etcd_index = strtoull(number, NULL, 10);
    return len;
}

static int copy(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return text && !*ret ? -ENOMEM : 0;
}

/* What is the same at every endpoint. A failed setopt here is memory that is not there. */
static int set_up(struct felt_etcd_transfer *t, const struct felt_etcd_access *a)
{
    CURL *e = t->easy;
    bool ok = true;

#define SET(option, value) (ok = curl_easy_setopt(e, option, value) == CURLE_OK && ok)
    SET(CURLOPT_PRIVATE, t);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_ERRORBUFFER, t->error);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOPROXY, "*");
    /* A watch keeps its connection for itself. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, "felt-etcd-bridge");
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CUSTOMREQUEST, t->method);
    t->headers = curl_slist_append(NULL, "Expect:"); /* 100-continue costs a round trip */
    ok = ok && t->headers;
    SET(CURLOPT_HTTPHEADER, t->headers);
    if (t->body)
        SET(CURLOPT_POSTFIELDS, t->body);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(FELT_MIN(CONNECT_TIMEOUT, a->timeout_us) / FELT_USEC_MS));
    SET(CURLOPT_TIMEOUT_MS, (long)(t->timeout_us / FELT_USEC_MS));
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (a->ca_file) {
        SET(CURLOPT_CAINFO, a->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    if (a->cert_file)
        SET(CURLOPT_SSLCERT, a->cert_file);
    if (a->key_file)
        SET(CURLOPT_SSLKEY, a->key_file);
    if (a->username) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERNAME, a->username);
        SET(CURLOPT_PASSWORD, a->password ? a->password : "");
    }
#undef SET
    return ok ? 0 : -ENOMEM;
}

int felt_etcd_transfer_new(const struct felt_etcd_access *access, const struct felt_etcd_call *call,
                           uint64_t tag, struct felt_etcd_transfer **ret_transfer)
{
    _cleanup_(felt_etcd_transfer_freep) struct felt_etcd_transfer *t = calloc(1, sizeof(*t));

    if (!t)
        return -ENOMEM;
    t->answer.tag = tag;
    t->is_watch = call->is_watch;
    t->timeout_us = call->timeout_us ? call->timeout_us : access->timeout_us;
    t->easy = curl_easy_init();
    if (!t->easy || copy(call->method, &t->method) < 0 || copy(call->path, &t->path) < 0 ||
        copy(call->body, &t->body) < 0 || set_up(t, access) < 0)
        return -ENOMEM;
    *ret_transfer = FELT_TAKE(t);
    return 0;
}

void felt_etcd_transfer_free(struct felt_etcd_transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    free(transfer->method);
    free(transfer->path);
    free(transfer->body);
    felt_etcd_answer_done(&transfer->answer);
    free(transfer);
}

int felt_etcd_transfer_aim(struct felt_etcd_transfer *transfer,
                           const struct felt_etcd_access *access, size_t endpoint)
{
    _cleanup_(felt_freep) char *url = NULL;

    transfer->endpoint = endpoint;
    transfer->error[0] = '\0';
    free(FELT_TAKE(transfer->answer.body));
    transfer->answer.body_len = 0;
    transfer->answer.etcd_index = 0;
    transfer->answer.status = 0;
    if (asprintf(&url, "%s%s", access->endpoints.url[endpoint], transfer->path) < 0)
        return -ENOMEM;
    return curl_easy_setopt(transfer->easy, CURLOPT_URL, url) == CURLE_OK ? 0 : -ENOMEM;
}

/* Adds what happened at this endpoint to what happened at others. */
static void add_trouble(struct felt_etcd_transfer *t, const char *url, const char *text)
{
    size_t len = strlen(t->answer.trouble);

    snprintf(t->answer.trouble + len, sizeof(t->answer.trouble) - len, "%s%s: %s",
             len > 0 ? "; " : "", url, text);
}

/* Whether the request may have been done although no proper answer came. */
static bool may_be_done(struct felt_etcd_transfer *t, int error)
{
    long sent = 0;

    if (strcmp(t->method, "GET") == 0 || error == -EACCES || error == -EPROTO ||
        error == -ENOPROTOOPT)
        return false;
    (void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0;
}

bool felt_etcd_transfer_judge(struct felt_etcd_transfer *transfer,
                              const struct felt_etcd_access *access, CURLcode result)
{
    const char *url = access->endpoints.url[transfer->endpoint];
    struct felt_etcd_answer *answer = &transfer->answer;
    long sent = 0, os_errno = 0;
    char text[512];

    transfer->tries++;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_errno);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    /* Nothing has happened: either side may say so, etcd by an empty body. */
    if (transfer->is_watch && answer->body_len == 0 && sent > 0 &&
        ((result == CURLE_OK && answer->status == 200) || result == CURLE_OPERATION_TIMEDOUT)) {
        answer->error = 0;
        return false;
    }
    if (result == CURLE_OK)
        answer->error = felt_etcd_trouble_of_answer(access, url, answer->status, answer->body,
                                                    answer->body_len, text, sizeof(text));
    else
        answer->error = felt_etcd_trouble_of_curl(access, result, transfer->error, os_errno,
                                                  transfer->timeout_us, text, sizeof(text));
    if (answer->error == 0)
        return false;
    add_trouble(transfer, url, text);
    answer->is_unsure = may_be_done(transfer, answer->error);
    /* Another endpoint is of the same cluster, and knows the same users. */
    return !answer->is_unsure && answer->error != -EACCES && answer->error != -EMSGSIZE &&
           transfer->tries < access->endpoints.n;
}
