/* SPDX-License-Identifier: Apache-2.0 */
/* What lies between the hosts: how long a datagram takes, which are lost, come twice or late, and
 * who cannot reach whom. Directions are apart: what passes one way may be lost the other way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idiom.h"
#include "base/prng.h"
#include "base/usec.h"

#define SIM_MILLION 1000000 /* rates are parts of it */

/* A LAN through one or two switches: 0.1 to 0.4 ms one way, and now and then ten times as long. */
#define SIM_LAN_LATENCY (100)
#define SIM_LAN_SPREAD  (300)
#define SIM_TAIL_PPM    (10000)

struct sim_weather {
    felt_usec latency_us;   /* the shortest way */
    felt_usec spread_us;    /* up to so much more */
    uint32_t loss_ppm;      /* of each datagram, by itself */
    uint32_t duplicate_ppm; /* comes twice */
    uint32_t reorder_ppm;   /* is late by up to reorder_us, and so passed by others */
    felt_usec reorder_us;
};

struct sim_network;

struct sim_network *sim_network_new(uint64_t seed, uint32_t hosts_max);
void sim_network_free(struct sim_network *network);
FELT_DEFINE_CLEANUP(struct sim_network *, sim_network_free)

struct sim_weather *sim_network_weather(struct sim_network *network);

/* From now on nothing passes from hosts of one set to hosts of the other; sets are one byte for
 * each host. Returns the cut's number. */
uint32_t sim_network_cut(struct sim_network *network, const uint8_t *from, const uint8_t *to);
void sim_network_mend(struct sim_network *network, uint32_t cut);
/* Filters, too. */
void sim_network_mend_all(struct sim_network *network);
bool sim_network_is_cut(const struct sim_network *network, uint32_t from, uint32_t to);

/* From now on what goes from one host to the other through the overlay is lost where its packet has
 * more than so many bytes, as by a filter (0) or a link whose MTU is too small. Returns its number.
 */
uint32_t sim_network_filter(struct sim_network *network, uint32_t from, uint32_t to,
                            uint32_t passes);
void sim_network_unfilter(struct sim_network *network, uint32_t filter);
bool sim_network_filters(const struct sim_network *network, uint32_t from, uint32_t to,
                         size_t packet);

/* Draws: whether a datagram is lost on the way, how often it arrives (1 or 2) and how long it
 * takes. */
bool sim_network_loses(struct sim_network *network);
unsigned sim_network_copies(struct sim_network *network);
felt_usec sim_network_delay(struct sim_network *network);
