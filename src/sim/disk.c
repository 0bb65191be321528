/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/disk.h"

#include <string.h>

#include "sim/pool.h"

void sim_disk_done(struct sim_disk *disk)
{
    free(disk->bytes);
    free(disk->older);
    *disk = (struct sim_disk){0};
}

void sim_disk_write(struct sim_disk *disk, uint8_t *bytes, size_t len)
{
    free(disk->bytes);
    disk->bytes = bytes;
    disk->len = len;
    disk->stale = false;
    disk->torn = false;
    disk->writes++;
}

void sim_disk_wipe(struct sim_disk *disk)
{
    struct sim_disk_story story = disk->story;

    /* A torn file that is refused and removed was no lost disk. */
    story.wiped += disk->len > 0 && !disk->torn;
    sim_disk_done(disk);
    disk->story = story;
}

void sim_disk_tear(struct sim_disk *disk, size_t at)
{
    assert(at < disk->len);
    disk->len = FELT_MAX(at, (size_t)1);
    disk->torn = true;
    disk->story.torn++;
}

static uint8_t *copy(const uint8_t *bytes, size_t len)
{
    uint8_t *c;

    if (!bytes)
        return NULL;
    c = sim_alloc(len);
    memcpy(c, bytes, len);
    return c;
}

void sim_disk_image(struct sim_disk *disk)
{
    free(disk->older);
    disk->older = copy(disk->bytes, disk->len);
    disk->older_len = disk->len;
}

bool sim_disk_roll_back(struct sim_disk *disk)
{
    if (!disk->older)
        return false;
    sim_disk_write(disk, copy(disk->older, disk->older_len), disk->older_len);
    disk->stale = true;
    disk->story.rolled_back++;
    return true;
}

void sim_disk_copy(struct sim_disk *disk, const struct sim_disk *from)
{
    sim_disk_write(disk, copy(from->bytes, from->len), from->len);
    disk->stale = true;
    disk->story.copied++;
}

struct felt_bytes sim_disk_read(const struct sim_disk *disk)
{
    return felt_bytes(disk->bytes, disk->bytes ? disk->len : 0);
}
