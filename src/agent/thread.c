/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int felt_thread_start(size_t stack_size, void *(*run)(void *), void *data, pthread_t *ret_thread)
{
    pthread_attr_t attr;
    sigset_t all, old;
    int r;

    sigfillset(&all);
    pthread_attr_init(&attr);
    if (stack_size > 0)
        pthread_attr_setstacksize(&attr, stack_size);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    r = pthread_create(ret_thread, &attr, run, data);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return -r;
}

int felt_bell_open(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    return fd < 0 ? -errno : fd;
}

void felt_bell_ring(int bell)
{
    uint64_t one = 1;

    (void)!write(bell, &one, sizeof(one)); /* cannot fail: the counter is far from its end */
}

void felt_bell_hear(int bell)
{
    uint64_t count;

    (void)!read(bell, &count, sizeof(count));
}
