/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/doors.h"

#include <string.h>
#include <sys/socket.h>

#include "base/idiom.h"

/* The library owns the descriptor and closes it when it sees that nothing comes any more. */
static void shut(struct felt_door *door)
{
    (void)shutdown(door->fd, SHUT_RDWR);
    door->is_shut = true;
}

bool felt_doors_open(struct felt_doors *doors, int fd, felt_usec now)
{
    size_t n_open = 0;

    for (size_t i = 0; i < doors->n; i++)
        n_open += !doors->all[i].is_shut;
    for (size_t i = 0; n_open >= FELT_DOORS_MAX; i++) {
        if (doors->all[i].is_shut)
            continue;
        shut(&doors->all[i]);
        n_open--;
    }
    if (doors->n == FELT_ARRAY_LEN(doors->all))
        return false;
    doors->all[doors->n++] = (struct felt_door){.fd = fd, .since_us = now};
    return true;
}

void felt_doors_close(struct felt_doors *doors, int fd)
{
    for (size_t i = 0; i < doors->n; i++) {
        if (doors->all[i].fd != fd)
            continue;
        doors->n--;
        memmove(&doors->all[i], &doors->all[i + 1], (doors->n - i) * sizeof(doors->all[0]));
        return;
    }
}

felt_usec felt_doors_tick(struct felt_doors *doors, felt_usec now)
{
    for (size_t i = 0; i < doors->n; i++) {
        struct felt_door *door = &doors->all[i];
        felt_usec end = felt_usec_add(door->since_us, FELT_DOORS_TIME);

        if (door->is_shut)
            continue;
        if (end > now)
            return end - now;
        shut(door);
    }
    return FELT_USEC_NEVER;
}
