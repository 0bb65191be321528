/* SPDX-License-Identifier: Apache-2.0 */
/* The members as the methods show them. Private to the control socket's methods. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "agent/methods.h"
#include "node/view.h"

/* Every member in an array on the heap; NULL where memory ran out. Strings are borrowed. */
struct felt_member_view *felt_methods_list(const struct felt_methods_context *context,
                                           size_t *ret_n);
/* For qsort(): by name, then id. */
int felt_methods_by_name(const void *a, const void *b);

/* JSON is UTF-8; what a peer calls itself need not be. */
json_t *felt_methods_text(const char *text);
/* Makes answer this error ("io.felt.CannotReserve", static), with its reason. */
_printf_(3, 4) void felt_methods_refuse(struct felt_varlink_answer *answer, const char *error,
                                        const char *format, ...);
/* One line more of what is wrong. */
_printf_(2, 3) void felt_methods_add_problem(json_t *problems, const char *format, ...);
/* Subnets that are reserved for one node and leased by another: adds a line each. */
void felt_methods_conflict_problems(json_t *problems, const struct felt_methods_context *context,
                                    const struct felt_self_view *self);
/* Whom packets through the overlay do not reach: adds a line each, or one where it is rather this
 * machine. */
void felt_methods_path_problems(json_t *problems, const struct felt_methods_context *context,
                                const struct felt_self_view *self,
                                const struct felt_member_view *all, size_t n);
/* A rotation of the key that waits for somebody, by that list: adds a line. */
void felt_methods_key_problems(json_t *problems, const struct felt_methods_context *context,
                               const struct felt_member_view *all, size_t n);
