/* SPDX-License-Identifier: Apache-2.0 */
/* One request under way: its curl handle, what it has received, and what became of its tries. For
 * client.c. */
#pragma once

#include <curl/curl.h>

#include "etcd/client.h"

struct felt_etcd_transfer {
    struct felt_etcd_transfer *next;
    CURL *easy;
    struct curl_slist *headers;
    char *method, *path, *body; /* copies */
    bool is_watch;
    felt_usec timeout_us;
    size_t endpoint; /* of this try */
    size_t tries;    /* that have ended */
    char error[CURL_ERROR_SIZE];
    /* filled while it comes in; the troubles of the tries are in it one after another */
    struct felt_etcd_answer answer;
};

/* Not begun yet. 0 or -ENOMEM. */
int felt_etcd_transfer_new(const struct felt_etcd_access *access, const struct felt_etcd_call *call,
                           uint64_t tag, struct felt_etcd_transfer **ret_transfer);
void felt_etcd_transfer_free(struct felt_etcd_transfer *transfer);
FELT_DEFINE_CLEANUP(struct felt_etcd_transfer *, felt_etcd_transfer_free)

/* Makes it ready for a try at an endpoint. 0 or -ENOMEM. */
int felt_etcd_transfer_aim(struct felt_etcd_transfer *transfer,
                           const struct felt_etcd_access *access, size_t endpoint);
/* A try has ended: judges it into the answer. True: it is worth another endpoint. */
bool felt_etcd_transfer_judge(struct felt_etcd_transfer *transfer,
                              const struct felt_etcd_access *access, CURLcode result);
