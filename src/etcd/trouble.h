/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong at an endpoint, in words: what it is and what to do about it. */
#pragma once

#include <curl/curl.h>

#include "etcd/client.h"

/* A try that ended so, before or instead of an answer; curl_words is curl's, os_errno the system's
 * or 0. text has size bytes. Returns the error of the answer. */
int felt_etcd_trouble_of_curl(const struct felt_etcd_access *access, CURLcode result,
                              const char *curl_words, long os_errno, felt_usec timeout_us,
                              char *text, size_t size);
/* An answer that is none of etcd's v2 interface, or that it refuses as a whole. 0: it is one, and
 * text is untouched; else the error of the answer. */
int felt_etcd_trouble_of_answer(const struct felt_etcd_access *access, const char *url, long status,
                                const char *body, size_t body_len, char *text, size_t size);
