/* SPDX-License-Identifier: Apache-2.0 */
/* One host's disk: the state file as it is, and what it was some writes ago. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/usec.h"

#define SIM_DISK_LATENCY (2 * FELT_USEC_MS) /* an fsync on a quiet SSD, and up to so much more */

/* What has happened to a disk, for sim/coverage.h. */
struct sim_disk_story {
    unsigned torn, wiped, rolled_back, copied;
    unsigned cut_short; /* its host died before a write was done */
    unsigned untold;    /* and after it, before it was told */
};

struct sim_disk {
    uint8_t *bytes; /* NULL: there is no file */
    size_t len;
    uint8_t *older; /* an image of an earlier time, for a rollback */
    size_t older_len;
    unsigned writes;
    struct sim_disk_story story;
    bool torn;
    bool fails; /* writes do not succeed */
    bool stale; /* the file is older than what its node has said, or of another machine's node */
};

void sim_disk_done(struct sim_disk *disk);
/* The file is replaced; bytes are the disk's from now on. */
void sim_disk_write(struct sim_disk *disk, uint8_t *bytes, size_t len);
/* A new, empty disk. */
void sim_disk_wipe(struct sim_disk *disk);
/* The file is cut off at some place below its length. */
void sim_disk_tear(struct sim_disk *disk, size_t at);
/* Keeps the file as it is now, for a later sim_disk_roll_back(). */
void sim_disk_image(struct sim_disk *disk);
/* False where there is no image. */
bool sim_disk_roll_back(struct sim_disk *disk);
void sim_disk_copy(struct sim_disk *disk, const struct sim_disk *from);
struct felt_bytes sim_disk_read(const struct sim_disk *disk);
