/* SPDX-License-Identifier: Apache-2.0 */
/* What feltd is made of, shared by daemon.c and by what acts on all of it at once: orders.c,
 * reload.c.
 * Private to the program. */
#pragma once

#include <systemd/sd-event.h>

#include "agent/chronicle.h"
#include "agent/follow.h"
#include "agent/hooks.h"
#include "agent/httpd.h"
#include "agent/lease_change.h"
#include "agent/methods.h"
#include "agent/overlay.h"
#include "agent/overlay_socket.h"
#include "agent/prepare.h"
#include "agent/seeds.h"
#include "agent/transport.h"
#include "agent/varlink_server.h"
#include "agent/writer.h"
#include "gossip/path.h"

struct felt_daemon {
    const struct felt_options *options; /* effective */
    struct felt_options effective;      /* what an order to join elsewhere has changed is in here */
    struct felt_prepared prepared;
    struct felt_node *node; /* prepared.node */
    felt_usec begun_us;     /* of felt_daemon_now() */
    sd_event *event;
    sd_event_source *timer;
    sd_event_source *socket;
    sd_event_source *saved;
    struct felt_transport transport;
    struct felt_writer *writer;
    struct felt_seeds *seeds; /* NULL: a founder */
    struct felt_overlay *overlay;
    struct felt_overlay_socket *overlay_sockets[FELT_PATHS]; /* of IPv4, of IPv6 */
    bool path_ends_shut[FELT_PATHS];                         /* as the node was told of them */
    struct felt_follow *follow;
    struct felt_hooks *hooks;
    struct felt_httpd *httpd; /* NULL: not wanted */
    struct felt_lease_change lease_change;
    bool ending;   /* once the hooks are done */
    bool stopping; /* once the last save is done */
    sd_event_source
        *patience;   /* for that save; NULL: none is awaited, or for as long as it takes */
    bool abandoning; /* the cluster is being left for another one */
    bool anew;       /* after the end all begins anew */
    bool dropping;   /* without the state */
    struct felt_chronicle *chronicle;
    struct felt_varlink_server *server;
    struct felt_varlink_interface interface;
    struct felt_methods_context methods;
    uint64_t bridge_generation; /* that a bridge which watches was woken for */
    int save_error;             /* of the last save: 0, or the one that was logged */
    uint8_t buf[FELT_DATAGRAM_MAX + 1];
};

/* Microseconds of the clock that the node lives by. */
felt_usec felt_daemon_now(void);
/* One step of the node, and what follows from it. */
enum felt_verdict felt_daemon_step(struct felt_daemon *d, struct felt_input input);
/* The process goes on, as a new node, once the hooks are done. */
void felt_daemon_begin_anew(struct felt_daemon *d);

/* ending.c: the event loop ends when the hooks are done, each in its time limit; or without waiting
 * for them. Either way what the node has heard goes to disk first, if the disk takes it soon. */
void felt_daemon_end(struct felt_daemon *d);
void felt_daemon_end_now(struct felt_daemon *d);
/* A save of a stopping daemon is done: 0, or -errno. */
void felt_daemon_saved_last(struct felt_daemon *d, uint64_t save, int r);
/* After the event loop: frees the writer, without waiting where the process ends. */
void felt_daemon_end_writer(struct felt_daemon *d);

/* orders.c: the control socket, and what it has the node do. 0 or -errno, which has been logged. */
int felt_orders_open(struct felt_daemon *d);
/* What the log says from now on is kept for those who ask. 0 or -ENOMEM. */
int felt_orders_listen(struct felt_daemon *d);
/* The node has stepped: a bridge that watches hears of what is new. */
void felt_orders_stepped(struct felt_daemon *d);
/* A step of the key's rotation is durable: tokens and cluster.key follow. */
void felt_orders_key_changed(struct felt_daemon *d);
/* The end of both. */
void felt_orders_close(struct felt_daemon *d);
/* reload.c: SIGHUP reads the options again, and takes over what can change while feltd runs. 0 or
 * -errno. */
int felt_reload_open(struct felt_daemon *d);
