/* SPDX-License-Identifier: Apache-2.0 */
/* Whether checksums of what a device sends are left to those beneath it: its "tx" feature, as
 * 'ethtool -K DEVICE tx off' sets it. */
#pragma once

#include <stdbool.h>

/* 1: it was otherwise, and is as wanted now; 0: it was as wanted; or -errno. */
int felt_offload_tx_checksum(const char *link_name, bool on);
