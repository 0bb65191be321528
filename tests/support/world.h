/* SPDX-License-Identifier: Apache-2.0 */
/* A few nodes in virtual time, for tests: datagrams take a while, disks too, and nothing happens
 * by chance. The nodes are the same objects that feltd runs.
 *
 * Events become a log, one line each: "  1.234 b lease taken slot=128"; hosts are a, b, c, ... and
 * live at 192.0.2.1, .2, .3, ..., port 8470. */
#pragma once

#include <stdbool.h>

#include "node/node.h"
#include "node/view.h"

#define WORLD_HOSTS_MAX 26

struct world;

struct world *world_new(uint64_t seed);
void world_free(struct world *world);

/* A host that founds a cluster, or joins through an earlier one. Returns its number. */
int world_found(struct world *world, const char *net_config);
int world_join(struct world *world, int seed);
/* One of `expect` candidates, the first hosts of the world; each looks for all of them. */
int world_candidate(struct world *world, const char *net_config, uint32_t expect);
/* As world_join(), with a wish. */
int world_join_wish(struct world *world, int seed, const char *subnet);
/* As world_join(), with a token that names the cluster of the running host `cluster`. */
int world_join_token(struct world *world, int seed, int cluster);
/* Hosts that are added from now on have another cluster key than those before. */
void world_other_key(struct world *world);

void world_run(struct world *world, felt_usec time); /* this much longer */
felt_usec world_now(const struct world *world);
struct felt_node *world_node(struct world *world, int host); /* NULL while it is down */
struct felt_endpoint world_endpoint(int host);

/* As by kill -9: memory and what the disk had not finished are gone. */
void world_kill(struct world *world, int host);
/* The same, but its machine goes on: whoever writes to it hears that nobody is at that port. */
void world_kill_process(struct world *world, int host);
/* It does nothing for a while: what comes for it waits. */
void world_pause(struct world *world, int host, felt_usec time);
/* From what its disk holds. */
void world_restart(struct world *world, int host);
/* As after a new disk. */
void world_wipe(struct world *world, int host);
/* Leaves its cluster; the node falls silent when it has. The verdict. */
enum felt_verdict world_leave(struct world *world, int host);
/* While it is down: it has another address from now on, and its name is resolved to that. */
void world_move(struct world *world, int host);
/* Datagrams between the two are lost from now on, or pass again. */
void world_cut(struct world *world, int a, int b, bool cut);
/* Those from one to the other only. */
void world_cut_one_way(struct world *world, int from, int to, bool cut);
/* What goes from one to the other through the overlay is lost where its packet has more than so
 * many bytes, from now on; 0: nothing is. */
void world_filter(struct world *world, int from, int to, uint32_t passes);
/* The same for packets of one family alone, beside the other filter. */
void world_filter_family(struct world *world, int from, int to, uint8_t family, uint32_t passes);
/* Whether the host's own end for packets of that family is there. */
void world_path_end(struct world *world, int host, uint8_t family, bool open);
/* The host has an overlay device. */
void world_device(struct world *world, int host, enum felt_backend type, uint32_t mtu);
/* Every n-th datagram is lost; 0: none. */
void world_lose(struct world *world, unsigned every);
/* Saving fails, or works again. */
void world_disk(struct world *world, int host, bool works);
/* A save that begins from now on takes that long. */
void world_disk_time(struct world *world, int host, felt_usec time);
/* Anything else that a node may be told; `now` is filled in. */
enum felt_verdict world_tell(struct world *world, int host, struct felt_input input);
/* A datagram from anywhere. */
enum felt_verdict world_inject(struct world *world, int host, const struct felt_endpoint *from,
                               struct felt_bytes bytes);
/* The last datagram that was delivered to host, for replays. */
struct felt_bytes world_last_datagram(const struct world *world, int host);

/* The log since the last call, as one string that lives until the next call. */
const char *world_log(struct world *world);
/* The slot that host uses, or -1. */
int world_lease(struct world *world, int host);
/* Whether host has the other one in its table at all. */
bool world_knows(struct world *world, int host, int other);
/* How host sees the other one. */
enum felt_member_state world_sees(struct world *world, int host, int other);
/* All running hosts agree on members and slots, and no two use one slot. */
bool world_agrees(struct world *world);
/* How many slots two running hosts of one era took for their own at the same time, counted since
 * the beginning and after every step (proto/lease.md 5): it is 0, always. */
unsigned world_double_owners(const struct world *world);
unsigned world_datagrams(const struct world *world);
