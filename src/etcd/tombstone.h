/* SPDX-License-Identifier: Apache-2.0 */
/* The note <prefix>/felt/cutover: this etcd is not needed any more (proto/etcd.md 11). */
#pragma once

#include "etcd/bridge.h"

#define FELT_TOMBSTONE_TEXT 256

/* What is there, cut where it is longer; text is "" where there is none. text has
 * FELT_TOMBSTONE_TEXT bytes. */
enum felt_bridge_exit felt_tombstone_read(struct felt_bridge *bridge, char *text);
/* Says who and when. One that is there is left. */
enum felt_bridge_exit felt_tombstone_write(struct felt_bridge *bridge, const char *node);
/* None that is there is as good. */
enum felt_bridge_exit felt_tombstone_remove(struct felt_bridge *bridge);
