/* SPDX-License-Identifier: Apache-2.0 */
/* feltd's replies (proto/io.felt.varlink) as text for people. What is missing or of another type
 * than promised shows as "-", so that a feltctl and a feltd of different versions get along. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* 0 or -ENOMEM. */
int felt_report_status(const json_t *reply, FILE *out);
int felt_report_members(const json_t *reply, FILE *out);
int felt_report_leases(const json_t *reply, FILE *out);
int felt_report_reservations(const json_t *reply, FILE *out);
