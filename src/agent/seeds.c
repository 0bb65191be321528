/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/seeds.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/log.h"
#include "agent/path.h"
#include "agent/thread.h"

/* What the resolving thread works on; ours again once done_fd says so. */
struct job {
    int done_fd; /* an eventfd of its own */
    size_t n;
    struct felt_seed seeds[FELT_SEEDS_MAX];
    size_t n_found;
    struct felt_endpoint found[FELT_SEEDS_MAX];
};

struct felt_seeds {
    sd_event *event;
    felt_seeds_fn fn;
    void *userdata;
    size_t n_names;
    struct felt_seed names[FELT_SEEDS_MAX];
    size_t n_endpoints;
    struct felt_endpoint endpoints[FELT_SEEDS_MAX];
    struct job *job; /* NULL: none is under way */
    pthread_t thread;
    sd_event_source *source;
};

int felt_seeds_new(sd_event *event, const struct felt_seed *seeds, size_t n_seeds,
                   const struct felt_endpoint *endpoints, size_t n_endpoints, felt_seeds_fn fn,
                   void *userdata, struct felt_seeds **ret_seeds)
{
    struct felt_seeds *s = calloc(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    s->event = sd_event_ref(event);
    s->fn = fn;
    s->userdata = userdata;
    for (size_t i = 0; i < n_endpoints && s->n_endpoints < FELT_SEEDS_MAX; i++)
        s->endpoints[s->n_endpoints++] = endpoints[i];
    for (size_t i = 0; i < n_seeds && s->n_endpoints + s->n_names < FELT_SEEDS_MAX; i++) {
        struct felt_endpoint literal = {.port = seeds[i].port};

        if (felt_ip_parse(seeds[i].host, &literal.ip) == 0)
            s->endpoints[s->n_endpoints++] = literal;
        else
            s->names[s->n_names++] = seeds[i];
    }
    *ret_seeds = s;
    return 0;
}

static void end_job(struct felt_seeds *s)
{
    if (!s->job)
        return;
    pthread_join(s->thread, NULL); /* it has said that it is done */
    s->source = sd_event_source_disable_unref(s->source);
    felt_closep(&s->job->done_fd);
    free(s->job);
    s->job = NULL;
}

void felt_seeds_free(struct felt_seeds *seeds)
{
    uint64_t done;

    if (!seeds)
        return;
    if (seeds->job && read(seeds->job->done_fd, &done, sizeof(done)) < 0) {
        /* Nobody waits for a name server in order to stop: the thread keeps its job. */
        pthread_detach(seeds->thread);
        seeds->source = sd_event_source_disable_unref(seeds->source);
    } else {
        end_job(seeds);
    }
    sd_event_unref(seeds->event);
    free(seeds);
}

static void resolve_one(struct job *job, const struct felt_seed *seed)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG}, *list;

    if (getaddrinfo(seed->host, NULL, &hints, &list) != 0)
        return;
    for (const struct addrinfo *a = list; a && job->n_found < FELT_SEEDS_MAX; a = a->ai_next) {
        struct felt_endpoint *e = &job->found[job->n_found];

        *e = (struct felt_endpoint){.port = seed->port};
        if (a->ai_family == AF_INET) {
            e->ip.family = FELT_FAMILY_V4;
            memcpy(e->ip.bytes, &((const struct sockaddr_in *)a->ai_addr)->sin_addr, 4);
        } else if (a->ai_family == AF_INET6) {
            e->ip.family = FELT_FAMILY_V6;
            memcpy(e->ip.bytes, &((const struct sockaddr_in6 *)a->ai_addr)->sin6_addr, 16);
        } else {
            continue;
        }
        job->n_found++;
    }
    freeaddrinfo(list);
}

static void *run(void *data)
{
    struct job *job = data;

    for (size_t i = 0; i < job->n; i++)
        resolve_one(job, &job->seeds[i]);
    felt_bell_ring(job->done_fd);
    return NULL;
}

static void deliver(struct felt_seeds *s, const struct felt_endpoint *more, size_t n_more)
{
    struct felt_endpoint all[2 * FELT_SEEDS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < s->n_endpoints; i++)
        all[n++] = s->endpoints[i];
    for (size_t i = 0; i < n_more; i++)
        all[n++] = more[i];
    if (n > 0)
        s->fn(s->userdata, all, FELT_MIN(n, (size_t)FELT_SEEDS_MAX));
}

static int on_done(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct felt_endpoint found[FELT_SEEDS_MAX];
    struct felt_seeds *s = userdata;
    size_t n = s->job->n_found;

    (void)source;
    (void)fd;
    (void)events;
    memcpy(found, s->job->found, n * sizeof(found[0]));
    if (n == 0)
        felt_log_warning("seeds: %s does not resolve to an address; trying again",
                         s->names[0].host);
    end_job(s);
    deliver(s, found, n);
    return 0;
}

static int begin_job(struct felt_seeds *s)
{
    struct job *job = calloc(1, sizeof(*job));
    int r;

    if (!job)
        return -ENOMEM;
    job->n = s->n_names;
    memcpy(job->seeds, s->names, s->n_names * sizeof(s->names[0]));
    job->done_fd = r = felt_bell_open();
    if (r >= 0)
        r = sd_event_add_io(s->event, &s->source, job->done_fd, EPOLLIN, on_done, s);
    if (r >= 0)
        r = felt_thread_start(0, run, job, &s->thread);
    if (r < 0) {
        s->source = sd_event_source_disable_unref(s->source);
        felt_closep(&job->done_fd);
        free(job);
        return r;
    }
    s->job = job;
    return 0;
}

void felt_seeds_resolve(struct felt_seeds *seeds)
{
    int r;

    if (seeds->job)
        return;
    if (seeds->n_names == 0) {
        deliver(seeds, NULL, 0);
        return;
    }
    r = begin_job(seeds);
    if (r < 0)
        felt_log_error("seeds: cannot resolve names: %s", strerror(-r));
}
