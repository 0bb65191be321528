/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket's methods over a node that says what the test wants: of a cluster of three,
 * h1 (this node), h2 dead, h3 without a lease. */
#pragma once

#include <jansson.h>

#include "agent/methods.h"
#include "crypto/key.h"
#include "netconf/netconf.h"
#include "node/view.h"

#define MEMBERS_MAX 8

struct felt_node {
    struct felt_self_view self;
    struct felt_member_view members[MEMBERS_MAX];
};

struct fixture {
    struct felt_node node;
    struct felt_netconf config;
    struct felt_cluster_key key;
    struct felt_methods_context context;
};

int methods_setup(void **state);
int methods_teardown(void **state);
#define METHODS_TEST(f) cmocka_unit_test_setup_teardown(f, methods_setup, methods_teardown)

/* What all of it takes for now. */
felt_usec methods_now(void);
/* An alive member of this name, whose addresses, id and counts come from number. */
void methods_fill_member(struct felt_member_view *m, const char *name, uint8_t number);

/* got is taken. */
void expect_json(json_t *got, const char *want);
