/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "etcd/transfer.h"

struct felt_etcd_client {
    CURLM *multi;
    struct felt_etcd_access access;
    size_t endpoint;                    /* that answered last, or the one after what did not */
    struct felt_etcd_transfer *running; /* in the order in which they began */
    struct felt_etcd_transfer *ended;
};

static felt_usec now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (felt_usec)t.tv_sec * FELT_USEC_SEC + (felt_usec)t.tv_nsec / 1000;
}

int felt_etcd_client_new(const struct felt_etcd_access *access,
                         struct felt_etcd_client **ret_client)
{
    _cleanup_(felt_etcd_client_freep) struct felt_etcd_client *client = calloc(1, sizeof(*client));

    assert(access->endpoints.n > 0);
    if (!client || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    client->access = *access;
    if (client->access.timeout_us == 0)
        client->access.timeout_us = FELT_ETCD_TIMEOUT;
    client->multi = curl_multi_init();
    if (!client->multi)
        return -ENOMEM;
    *ret_client = FELT_TAKE(client);
    return 0;
}

static void append(struct felt_etcd_transfer **list, struct felt_etcd_transfer *t)
{
    while (*list)
        list = &(*list)->next;
    t->next = NULL;
    *list = t;
}

/* Out of its list; the rest stays in order. */
static void detach(struct felt_etcd_transfer **list, struct felt_etcd_transfer *t)
{
    while (*list != t)
        list = &(*list)->next;
    *list = t->next;
}

void felt_etcd_client_free(struct felt_etcd_client *client)
{
    struct felt_etcd_transfer *t;

    if (!client)
        return;
    while ((t = client->running)) {
        curl_multi_remove_handle(client->multi, t->easy);
        detach(&client->running, t);
        felt_etcd_transfer_free(t);
    }
    while ((t = client->ended)) {
        detach(&client->ended, t);
        felt_etcd_transfer_free(t);
    }
    if (client->multi)
        curl_multi_cleanup(client->multi);
    free(client);
}

/* A try at an endpoint. */
static int start(struct felt_etcd_client *client, struct felt_etcd_transfer *t, size_t endpoint)
{
    int r = felt_etcd_transfer_aim(t, &client->access, endpoint);

    if (r < 0)
        return r;
    return curl_multi_add_handle(client->multi, t->easy) == CURLM_OK ? 0 : -ENOMEM;
}

int felt_etcd_client_begin(struct felt_etcd_client *client, const struct felt_etcd_call *call,
                           uint64_t tag)
{
    _cleanup_(felt_etcd_transfer_freep) struct felt_etcd_transfer *t = NULL;
    int r;

    r = felt_etcd_transfer_new(&client->access, call, tag, &t);
    if (r < 0)
        return r;
    r = start(client, t, client->endpoint);
    if (r < 0)
        return r;
    append(&client->running, FELT_TAKE(t));
    return 0;
}

void felt_etcd_client_cancel(struct felt_etcd_client *client, uint64_t tag)
{
    struct felt_etcd_transfer *t, *next;

    for (t = client->running; t; t = next) {
        next = t->next;
        if (t->answer.tag != tag)
            continue;
        curl_multi_remove_handle(client->multi, t->easy);
        detach(&client->running, t);
        felt_etcd_transfer_free(t);
    }
    for (t = client->ended; t; t = next) {
        next = t->next;
        if (t->answer.tag != tag)
            continue;
        detach(&client->ended, t);
        felt_etcd_transfer_free(t);
    }
}

/* A try has ended: with an answer, or another one begins. */
static void on_end(struct felt_etcd_client *client, struct felt_etcd_transfer *t, CURLcode result)
{
    size_t following = (t->endpoint + 1) % client->access.endpoints.n;
    bool again = felt_etcd_transfer_judge(t, &client->access, result);

    curl_multi_remove_handle(client->multi, t->easy);
    if (t->answer.error == 0)
        client->endpoint = t->endpoint;
    else if (client->endpoint == t->endpoint)
        client->endpoint = following;
    if (again && start(client, t, following) == 0)
        return;
    /* What earlier endpoints lacked is of no interest where a later one has answered. */
    if (t->answer.error == 0)
        t->answer.trouble[0] = '\0';
    detach(&client->running, t);
    append(&client->ended, t);
}

static void drive(struct felt_etcd_client *client)
{
    int n_running, n_left;
    CURLMsg *message;
    char *t;

    curl_multi_perform(client->multi, &n_running);
    while ((message = curl_multi_info_read(client->multi, &n_left))) {
        CURLcode result = message->data.result;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t) != CURLE_OK)
            continue;
        on_end(client, (struct felt_etcd_transfer *)(void *)t, result);
    }
}

int felt_etcd_client_wait(struct felt_etcd_client *client, int fd, felt_usec timeout_us)
{
    felt_usec end = felt_usec_add(now_us(), timeout_us);
    struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};

    for (;;) {
        felt_usec left_ms;
        CURLMcode r;

        drive(client);
        if (client->ended)
            return 0;
        left_ms = (felt_usec_sub(end, now_us()) + FELT_USEC_MS - 1) / FELT_USEC_MS;
        extra.revents = 0;
        r = curl_multi_poll(client->multi, &extra, fd >= 0, (int)FELT_MIN(left_ms, INT16_MAX),
                            NULL);
        if (r != CURLM_OK)
            return r == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO;
        if (extra.revents != 0) {
            drive(client);
            return 1;
        }
        if (now_us() >= end) {
            drive(client);
            return 0;
        }
    }
}

bool felt_etcd_client_next(struct felt_etcd_client *client, struct felt_etcd_answer *ret_answer)
{
    struct felt_etcd_transfer *t = client->ended;

    if (!t)
        return false;
    client->ended = t->next;
    *ret_answer = t->answer;
    t->answer = (struct felt_etcd_answer){0};
    felt_etcd_transfer_free(t);
    return true;
}

void felt_etcd_answer_done(struct felt_etcd_answer *answer)
{
    free(answer->body);
    *answer = (struct felt_etcd_answer){0};
}

int felt_etcd_client_ask(struct felt_etcd_client *client, const struct felt_etcd_call *call,
                         struct felt_etcd_answer *ret_answer)
{
    int r;

    assert(!client->running && !client->ended);
    r = felt_etcd_client_begin(client, call, 0);
    /* Each try ends by itself, at the latest when its time is over. */
    while (r == 0 && !felt_etcd_client_next(client, ret_answer))
        r = felt_etcd_client_wait(client, -1, client->access.timeout_us);
    if (r < 0)
        felt_etcd_client_cancel(client, 0);
    return r;
}

const char *felt_etcd_client_endpoint(const struct felt_etcd_client *client)
{
    return client->access.endpoints.url[client->endpoint];
}
