/* SPDX-License-Identifier: Apache-2.0 */
/* feltctl's commands: each says what went wrong on standard error, and returns how feltctl ends. */
#pragma once

#include "ctl/request.h"

/* command_show.c */
enum exit_code felt_command_status(const struct request *q);
enum exit_code felt_command_members(const struct request *q);
enum exit_code felt_command_leases(const struct request *q);
enum exit_code felt_command_version(const struct request *q);
/* command_token.c */
enum exit_code felt_command_token(const struct request *q);
/* command_leave.c */
enum exit_code felt_command_leave(const struct request *q);
/* command_reserve.c */
enum exit_code felt_command_reserve(const struct request *q);
enum exit_code felt_command_unreserve(const struct request *q);
enum exit_code felt_command_reservations(const struct request *q);
/* command_reclaim.c */
enum exit_code felt_command_reclaim(const struct request *q);
/* command_cleanup.c */
enum exit_code felt_command_cleanup(const struct request *q);
/* command_join.c */
enum exit_code felt_command_join(const struct request *q);
/* command_events.c */
enum exit_code felt_command_events(const struct request *q);
/* command_slots.c */
enum exit_code felt_command_slots(const struct request *q);
/* command_watch.c */
enum exit_code felt_command_watch(const struct request *q);
/* command_stats.c */
enum exit_code felt_command_stats(const struct request *q);
/* command_explain.c */
enum exit_code felt_command_explain(const struct request *q);
/* command_doctor.c */
enum exit_code felt_command_doctor(const struct request *q);
/* command_keys.c */
enum exit_code felt_command_keys(const struct request *q);
/* command_config.c */
enum exit_code felt_command_config(const struct request *q);
/* command_log_level.c */
enum exit_code felt_command_log_level(const struct request *q);
