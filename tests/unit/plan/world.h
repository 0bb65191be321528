/* SPDX-License-Identifier: Apache-2.0 */
/* A small model kernel for the tests of the plan: what it holds is a felt_plan_observed, what it
 * does with an operation is what Linux does, as far as that matters here. */
#pragma once

#include <stdbool.h>

#include "plan/diff.h"

#define WORLD_NETWORK  "172.17.0.0/16"
#define WORLD_NETWORK6 "fc00::/48"

struct felt_cidr world_cidr(const char *text);
struct felt_dual world_dual(const char *v4, const char *v6); /* "": none */
struct felt_ip world_ip(const char *text);

/* The classic guide's machine: v0 with 172.16.0.2/24, network 172.17.0.0/16, lease 172.17.7.0/24.
 */
void world_desired(struct felt_plan_desired *ret_desired, enum felt_backend backend);

/* Peer number i (1 to 200): 172.17.(10+i).0/24 at 172.16.0.(10+i), MAC 02:00:00:00:00:i, id i. */
struct felt_plan_peer world_peer(unsigned i);

/* The same machine with 2001:db8::2/64 too, in a network of both families. underlay is the outer
 * family of the device. */
void world_desired_dual(struct felt_plan_desired *ret_desired, enum felt_backend backend,
                        uint8_t underlay, bool has_sibling);

/* Its IPv6 subnet, fc00:0:0:(10+i)::/64, over an underlay of this family (2001:db8::(10+i)). */
struct felt_plan_peer world_peer6(unsigned i, uint8_t underlay);

/* Nothing but the routes of the underlay: 172.16.0.0/24 (paths[0]), the default by a gateway, and
 * 2001:db8::/64. */
void world_init(struct felt_plan_observed *ret_kernel);

/* 0, or the negative errno that Linux gives. */
int world_apply(struct felt_plan_observed *kernel, const struct felt_plan_op *op);

/* Plans and applies one pass; fails the test where the kernel refuses. How many operations. */
size_t world_pass(struct felt_plan_observed *kernel, const struct felt_plan_desired *desired);

/* What Linux does by itself. */
void world_link_down(struct felt_plan_observed *kernel);
void world_link_lost(struct felt_plan_observed *kernel);
void world_link_mac(struct felt_plan_observed *kernel, const uint8_t *mac);
void world_drop_route(struct felt_plan_observed *kernel, size_t i);
void world_drop_neigh(struct felt_plan_observed *kernel, size_t i);
void world_drop_fdb(struct felt_plan_observed *kernel, size_t i);
void world_drop_nexthop(struct felt_plan_observed *kernel, size_t i);
void world_drop_addr(struct felt_plan_observed *kernel, size_t i);
