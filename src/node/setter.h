/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator has set of the cluster's configuration (netconf/settings.h): a notice, whose key
 * is two past the number of slots (proto/lease.md 8.3). The lease time counts at once; the rest
 * when a node starts, or joins. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/usec.h"
#include "base/verdict.h"
#include "lease/notice.h"
#include "netconf/settings.h"

struct felt_node;

enum felt_set_refusal {
    FELT_SET_OK,
    FELT_SET_NOT_READY, /* we know no map, are not confirmed, or are leaving */
    FELT_SET_NEWER,     /* what is set was set by a later version, and not understood here */
    FELT_SET_BRIDGED,   /* something of the backend, and an etcd bridge is on */
    FELT_SET_NO_ROOM,   /* items of later versions leave none; or memory is short */
};

/* What FELT_INPUT_SETTINGS would come to; nothing happens. */
enum felt_set_refusal felt_node_may_set(const struct felt_node *node,
                                        const struct felt_settings *settings);
/* What is set; nothing before the network is known. Borrowed until the next step. */
const struct felt_settings *felt_node_settings(const struct felt_node *node);

/* What was set here last is durable when felt_self_view.save is at least this. */
uint64_t felt_node_set_by(const struct felt_node *node);

/* ---- private to node ---- */

struct felt_setter {
    bool begun;                   /* node->config is settled for this run */
    bool foreign;                 /* the notice is not understood */
    felt_usec founding_us;        /* the lease time that the cluster was founded with */
    struct felt_settings current; /* of the notice */
    struct felt_netconf next;     /* what a start would take: the effective configuration, */
    char text[FELT_NETCONF_TEXT_MAX + 1]; /* as text */
};

uint32_t felt_setter_key(const struct felt_notices *notices);
/* The lease time of the founding; what is set counts before it. */
void felt_setter_lease_time(struct felt_node *node, felt_usec lease_time_us);
/* The network is known: node->config and config_text are the founding configuration. */
void felt_setter_configured(struct felt_node *node);
/* A run begins, and takes what is set; once, however often it is said. */
void felt_setter_begin(struct felt_node *node);
/* The input: TAKEN, or BUSY where it may not. */
enum felt_verdict felt_setter_take(struct felt_node *node, const struct felt_settings *settings);
/* A notice of that key is new here; `from` said so, or our own operator: then it is our id. */
void felt_setter_noticed(struct felt_node *node, uint32_t key, const struct felt_id *from);
/* Notices have been read from the state. */
void felt_setter_restored(struct felt_node *node);
