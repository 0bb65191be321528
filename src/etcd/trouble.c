/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/trouble.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/duration.h"

#define EXCERPT_MAX 60 /* bytes of an answer that are shown: enough to know a web page by */

/* Words of whoever is at the other end: one line, nothing that a terminal obeys. */
static void excerpt(const char *bytes, size_t len, char *text, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n < EXCERPT_MAX && n + 1 < size; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c == '\n' || c == '\r')
            break;
        text[n++] = c < ' ' || c > '~' ? '?' : (char)c;
    }
    text[n] = '\0';
}

static const char *or_none(const char *file)
{
    return file ? file : "none";
}

static int of_tls(const struct felt_etcd_access *access, CURLcode result, const char *words,
                  char *text, size_t size)
{
    if (result == CURLE_PEER_FAILED_VERIFICATION && access->ca_file)
        snprintf(
            text, size,
            "its certificate does not stand up to --etcd-cafile %s: %s; is that the CA of this "
            "etcd, and is the endpoint named as its certificate has it?",
            access->ca_file, words);
    else if (result == CURLE_PEER_FAILED_VERIFICATION)
        snprintf(text, size,
                 "its certificate is of no CA that this system knows: %s; name etcd's with "
                 "--etcd-cafile",
                 words);
    else if (result == CURLE_SSL_CACERT_BADFILE)
        snprintf(text, size, "--etcd-cafile %s cannot be used: %s", or_none(access->ca_file),
                 words);
    else
        snprintf(text, size,
                 "--etcd-certfile %s and --etcd-keyfile %s cannot be used: %s; they are a "
                 "certificate and its key, in PEM",
                 or_none(access->cert_file), or_none(access->key_file), words);
    return result == CURLE_SSL_CERTPROBLEM ? -EACCES : -ENOTCONN;
}

/* TLS 1.3 lets the client finish first, and so a server that wants a certificate hangs up later. */
static bool is_about_certificate(const char *words)
{
    return strcasestr(words, "certificate required") || strcasestr(words, "bad certificate") ||
           strcasestr(words, "handshake failure") || strcasestr(words, "unknown ca");
}

static int of_hang_up(const struct felt_etcd_access *access, CURLcode result, const char *words,
                      char *text, size_t size)
{
    if (is_about_certificate(words)) {
        snprintf(text, size, "it does not take %s: %s; see --etcd-certfile and --etcd-keyfile",
                 access->cert_file ? "the client's certificate" : "clients without a certificate",
                 words);
        return -EACCES;
    }
    if (result == CURLE_GOT_NOTHING)
        words = "without an answer; where it speaks TLS its endpoint begins with https://";
    /* It may hang up before its reason has been read. */
    snprintf(text, size, "it hung up: %s%s", words,
             access->cert_file ? "; does it know the CA of --etcd-certfile?" : "");
    return -ECONNRESET;
}

int felt_etcd_trouble_of_curl(const struct felt_etcd_access *access, CURLcode result,
                              const char *curl_words, long os_errno, felt_usec timeout_us,
                              char *text, size_t size)
{
    const char *words = *curl_words != '\0' ? curl_words : curl_easy_strerror(result);
    char duration[FELT_DURATION_TEXT];

    if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST) {
        if (result == CURLE_COULDNT_CONNECT && os_errno != 0)
            words = strerror((int)os_errno);
        snprintf(text, size, "%s", words);
        return -ENOTCONN;
    }
    if (result == CURLE_OPERATION_TIMEDOUT) {
        snprintf(text, size, "no answer in %s", felt_duration_format(timeout_us, duration));
        return -ETIMEDOUT;
    }
    if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
        result == CURLE_SSL_CERTPROBLEM)
        return of_tls(access, result, words, text, size);
    if (result == CURLE_SSL_CONNECT_ERROR && !is_about_certificate(words)) {
        snprintf(text, size, "TLS does not come about: %s; does it speak https?", words);
        return -ENOTCONN;
    }
    if (result == CURLE_WRITE_ERROR || result == CURLE_FILESIZE_EXCEEDED) {
        snprintf(text, size, "its answer is longer than %d MiB, which no network's leases are",
                 FELT_ETCD_BODY_MAX / 1024 / 1024);
        return -EMSGSIZE;
    }
    if (result == CURLE_OUT_OF_MEMORY) {
        snprintf(text, size, "out of memory");
        return -ENOMEM;
    }
    return of_hang_up(access, result, words, text, size);
}

static int of_refusal(const struct felt_etcd_access *access, long status, char *text, size_t size)
{
    if (!access->username)
        snprintf(text, size,
                 "etcd wants a user (HTTP %ld): --etcd-username, and --etcd-password-file or "
                 "FELT_ETCD_PASSWORD",
                 status);
    else
        snprintf(text, size,
                 "etcd refuses user %s (HTTP %ld): either the password is wrong or the user has no "
                 "right to read and write below --etcd-prefix",
                 access->username, status);
    return -EACCES;
}

int felt_etcd_trouble_of_answer(const struct felt_etcd_access *access, const char *url, long status,
                                const char *body, size_t body_len, char *text, size_t size)
{
    bool is_object = body_len > 0 && body[0] == '{';
    char words[EXCERPT_MAX + 1];

    excerpt(body, body_len, words, sizeof(words));
    if (status == 401 || status == 403)
        return of_refusal(access, status, text, size);
    if (status >= 500) {
        snprintf(text, size, "etcd cannot answer now (HTTP %ld: %s)", status, words);
        return -EAGAIN;
    }
    if (status == 400 && strstr(words, "HTTP request to an HTTPS server")) {
        snprintf(text, size, "it speaks TLS: the endpoint is https%s", url + strlen("http"));
        return -EPROTO;
    }
    if (status == 404 && !is_object) {
        snprintf(
            text, size,
            "it has no v2 interface ('%s'): an etcd of version 3 has one with --enable-v2, and "
            "flanneld from v0.18.0 on keeps its leases elsewhere, in v3",
            words);
        return -ENOPROTOOPT;
    }
    if (!is_object) {
        snprintf(text, size, "this is not etcd: it answers HTTP %ld '%s'", status, words);
        return -EPROTO;
    }
    return 0;
}
