/* SPDX-License-Identifier: Apache-2.0 */
/* The names of flannel's lease keys in etcd, the last part of <prefix>/subnets/NAME:
 * "10.5.34.0-24", and where the network has both families "10.12.13.0-24&fd00:12:13::-56"
 * (proto/etcd.md 2).
 *
 * flannel reads them with a regular expression that lets more through ("x10a5b34c0-24"), but writes
 * only these. One subnet has one name here: what would be written differently is no key. */
#pragma once

#include "base/ip.h"

/* "255.255.255.255-32" "&" address "-128" and NUL */
#define FELT_FLANNEL_KEY_TEXT (19 + 1 + FELT_IP_TEXT + 4)

/* subnets.v4 is there, subnets.v6 may be. 0 or -EINVAL. */
int felt_flannel_key_parse(const char *name, struct felt_dual *ret_subnets);
/* The reverse, of subnets that are masked and have an IPv4 one. text has FELT_FLANNEL_KEY_TEXT
 * bytes. Returns text. */
const char *felt_flannel_key_format(const struct felt_dual *subnets, char *text);
