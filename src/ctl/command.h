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
