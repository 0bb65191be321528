/* SPDX-License-Identifier: Apache-2.0 */
/* The values of options: from text into struct felt_options. What each option accepts is here,
 * which options there are is in options.c. */
#pragma once

#include "agent/options.h"

struct felt_option_value {
    const char *origin; /* "--bind" or "FELTD_BIND", for messages */
    const char *text;
};

/* 0, or -EINVAL with ret_error filled and options unchanged. offset is that of the field. */
typedef int (*felt_option_set_fn)(struct felt_options *options, size_t offset,
                                  const struct felt_option_value *value,
                                  struct felt_options_error *ret_error);

int felt_option_set_bool(struct felt_options *, size_t, const struct felt_option_value *,
                         struct felt_options_error *);
int felt_option_set_path(struct felt_options *, size_t, const struct felt_option_value *,
                         struct felt_options_error *);
int felt_option_set_cidr(struct felt_options *, size_t, const struct felt_option_value *,
                         struct felt_options_error *);
int felt_option_set_networks(struct felt_options *, size_t, const struct felt_option_value *,
                             struct felt_options_error *);
int felt_option_set_ip4(struct felt_options *, size_t, const struct felt_option_value *,
                        struct felt_options_error *);
int felt_option_set_ip6(struct felt_options *, size_t, const struct felt_option_value *,
                        struct felt_options_error *);
int felt_option_set_ip(struct felt_options *, size_t, const struct felt_option_value *,
                       struct felt_options_error *);
int felt_option_set_endpoint(struct felt_options *, size_t, const struct felt_option_value *,
                             struct felt_options_error *);
/* Where to listen: any address, 0.0.0.0 too. */
int felt_option_set_healthz_ip(struct felt_options *, size_t, const struct felt_option_value *,
                               struct felt_options_error *);
int felt_option_set_healthz_port(struct felt_options *, size_t, const struct felt_option_value *,
                                 struct felt_options_error *);
int felt_option_set_metrics_listen(struct felt_options *, size_t, const struct felt_option_value *,
                                   struct felt_options_error *);
/* One more item of a struct felt_text_list. */
int felt_option_add_text(struct felt_options *, size_t, const struct felt_option_value *,
                         struct felt_options_error *);
/* One more network that is not masqueraded; the offset is not used. */
int felt_option_add_exclude(struct felt_options *, size_t, const struct felt_option_value *,
                            struct felt_options_error *);
int felt_option_set_resync(struct felt_options *, size_t, const struct felt_option_value *,
                           struct felt_options_error *);
/* One more seed, or the token; the offset is not used. */
int felt_option_add_join(struct felt_options *, size_t, const struct felt_option_value *,
                         struct felt_options_error *);
/* How many found together; the offset is not used. */
int felt_option_set_bootstrap_expect(struct felt_options *, size_t,
                                     const struct felt_option_value *, struct felt_options_error *);
int felt_option_set_adopt_grace(struct felt_options *, size_t, const struct felt_option_value *,
                                struct felt_options_error *);
/* A lease time: "24h", or "never" and "0", which are 0. 0, or -EINVAL: it is not what is wanted. */
#define FELT_LEASE_TIME_WANTED "a time like 24h or 7d, from 1m to 365d, or never"
int felt_lease_time_parse(const char *text, uint32_t *ret_seconds);
int felt_option_set_lease_time(struct felt_options *, size_t, const struct felt_option_value *,
                               struct felt_options_error *);
int felt_option_set_backend(struct felt_options *, size_t, const struct felt_option_value *,
                            struct felt_options_error *);
int felt_option_set_name(struct felt_options *, size_t, const struct felt_option_value *,
                         struct felt_options_error *);
int felt_option_set_on_lease_lost(struct felt_options *, size_t, const struct felt_option_value *,
                                  struct felt_options_error *);
int felt_option_set_log_level(struct felt_options *, size_t, const struct felt_option_value *,
                              struct felt_options_error *);

int felt_option_set_verbosity(struct felt_options *, size_t, const struct felt_option_value *,
                              struct felt_options_error *);

/* Whether a boolean's text says no. */
bool felt_options_is_false(const char *text);
/* What a value shows of having been wrapped onto a second line in an environment file, which ends
 * it there: words that follow "the value "; NULL: nothing. */
const char *felt_options_damage(const char *text);

/* Fills ret_error and returns -EINVAL. */
_printf_(2, 3) int felt_options_fail(struct felt_options_error *ret_error, const char *format, ...);
