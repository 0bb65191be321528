/* SPDX-License-Identifier: Apache-2.0 */
/* felt-etcd-bridge as its commands see it: one etcd, one feltd, and how to ask either. Who asks is
 * told on standard error what is wrong, and gets the exit status for it. */
#pragma once

#include <jansson.h>

#include "ctl/varlink_client.h"
#include "etcd/client.h"
#include "etcd/options.h"
#include "flannel/reply.h"
#include "flannel/request.h"
#include "netconf/netconf.h"

enum felt_bridge_exit {
    FELT_BRIDGE_FINE = 0,
    FELT_BRIDGE_REFUSED = 1,
    FELT_BRIDGE_USAGE = 2,
    FELT_BRIDGE_UNREACHABLE = 3,
};

struct felt_bridge {
    const struct felt_bridge_options *options;
    struct felt_etcd_client *etcd;
    struct felt_varlink_client *feltd; /* NULL: not connected */
};

/* A line on standard error. Returns code. */
_printf_(2, 3) enum felt_bridge_exit
    felt_bridge_say(enum felt_bridge_exit code, const char *format, ...);

/* From now on such lines are warnings of a log, and the same one is not repeated: for who tries
 * again and again. */
void felt_bridge_say_in_log(void);

/* One request of etcd. An error that etcd answers with is FINE, and in the reply. */
enum felt_bridge_exit felt_bridge_etcd(struct felt_bridge *bridge, const struct felt_etcd_op *op,
                                       struct felt_etcd_reply **ret_reply);
/* What etcd answered instead of what was hoped for. Returns REFUSED. */
enum felt_bridge_exit felt_bridge_refused(const struct felt_bridge *bridge,
                                          const struct felt_etcd_op *op,
                                          const struct felt_etcd_reply *reply);

/* An op as the client takes it; path has FELT_BRIDGE_PATH_TEXT bytes, and both it and the request
 * have to live as long as the call. */
#define FELT_BRIDGE_PATH_TEXT (FELT_ETCD_PATH_TEXT + FELT_ETCD_QUERY_TEXT)
struct felt_etcd_call felt_bridge_call_of(const struct felt_bridge *bridge,
                                          const struct felt_etcd_op *op,
                                          struct felt_etcd_request *request, char *path);

/* Connects to feltd. FINE with bridge->feltd NULL: none runs on this machine. */
enum felt_bridge_exit felt_bridge_find_feltd(struct felt_bridge *bridge);
/* The same where one has to run. */
enum felt_bridge_exit felt_bridge_need_feltd(struct felt_bridge *bridge);
/* A connection besides that one. 0 or -errno. */
int felt_bridge_another_feltd(const struct felt_bridge *bridge,
                              struct felt_varlink_client **ret_client);
/* One call of feltd; parameters are taken over, NULL: none. An error of feltd's is REFUSED, in
 * words. The caller owns *ret_parameters; ret_parameters NULL: they are of no interest. */
enum felt_bridge_exit felt_bridge_feltd(struct felt_bridge *bridge, const char *method,
                                        json_t *parameters, json_t **ret_parameters);
/* Until feltd has on its disk what it answered `save` to. */
enum felt_bridge_exit felt_bridge_await_save(struct felt_bridge *bridge, json_int_t save);

enum felt_bridge_exit felt_bridge_print_json(const json_t *value);

/* The commands. */
enum felt_bridge_exit felt_bridge_import(struct felt_bridge *bridge);
enum felt_bridge_exit felt_bridge_export(struct felt_bridge *bridge);
enum felt_bridge_exit felt_bridge_sync(struct felt_bridge *bridge);
enum felt_bridge_exit felt_bridge_cutover(struct felt_bridge *bridge);
