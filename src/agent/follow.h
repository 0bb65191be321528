/* SPDX-License-Identifier: Apache-2.0 */
/* The underlay from before the start until the end: waited for where it is not there yet, and
 * followed where its interface gets another address, name, index or MTU.
 *
 * What is new is told at once. What is missing is told after a while: a DHCP client that renews, or
 * a driver that makes its interface anew, must not make anybody move. Nothing is ever withdrawn
 * because an interface is gone; then everything stays as it is until one comes. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "agent/failure.h"
#include "agent/options.h"
#include "agent/underlay.h"
#include "base/idiom.h"
#include "base/ip.h"

struct felt_follow;

/* Chooses the underlay; where there is none yet, says so (log, and systemd's status) and waits,
 * without end: SIGTERM and SIGINT end the process then. 0; -errno with words where waiting does not
 * help. */
int felt_follow_first(const struct felt_options *options, struct felt_underlay *ret_underlay,
                      struct felt_failure *ret_error);

/* What the gossip socket is bound to: --bind, or all of IPv6 on a machine without IPv4. */
struct felt_endpoint felt_follow_bind(const struct felt_options *options,
                                      const struct felt_underlay *underlay);
/* Where others reach that socket: gossip goes where overlay traffic goes, over the family that the
 * socket is bound to. False: the underlay has no address of that. */
bool felt_follow_advertise(const struct felt_endpoint *bind, const struct felt_underlay *underlay,
                           struct felt_endpoint *ret_advertise);

struct felt_follow_config {
    sd_event *event;
    const struct felt_options *options; /* borrowed for its life */
    struct felt_underlay underlay;      /* that of the start */
    void (*moved)(void *userdata, const struct felt_underlay *underlay);
    /* It was looked at: some link or address of the machine has changed, whichever, or something is
     * missing. */
    void (*looked)(void *userdata);
    void *userdata;
};

/* 0 or -errno. */
int felt_follow_new(const struct felt_follow_config *config, struct felt_follow **ret_follow);
/* What the underlay lacks, in words that go into a sentence; NULL: nothing. Until the next look. */
const char *felt_follow_missing(const struct felt_follow *follow);
void felt_follow_free(struct felt_follow *follow);
FELT_DEFINE_CLEANUP(struct felt_follow *, felt_follow_free)
