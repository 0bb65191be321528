/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "agent/thread.h"

static bool rings(int bell)
{
    struct pollfd p = {.fd = bell, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void a_bell_rings_until_it_is_heard_however_often_it_was_rung(void **state)
{
    int bell = felt_bell_open();

    (void)state;
    assert_true(bell >= 0);
    assert_false(rings(bell));
    felt_bell_hear(bell); /* does not wait */
    felt_bell_ring(bell);
    felt_bell_ring(bell);
    assert_true(rings(bell));
    felt_bell_hear(bell);
    assert_false(rings(bell));
    close(bell);
}

static void *look(void *data)
{
    pthread_sigmask(SIG_SETMASK, NULL, data);
    return NULL;
}

static void a_thread_takes_no_signal_and_its_maker_goes_on_to(void **state)
{
    static const size_t stack_sizes[] = {0, 128 * 1024};
    static const int signals[] = {SIGTERM, SIGINT, SIGCHLD, SIGHUP, SIGUSR1};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        sigset_t its, ours;
        pthread_t thread;

        assert_int_equal(felt_thread_start(stack_sizes[i], look, &its, &thread), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        pthread_sigmask(SIG_SETMASK, NULL, &ours);
        for (size_t k = 0; k < sizeof(signals) / sizeof(signals[0]); k++) {
            assert_true(sigismember(&its, signals[k]));
            assert_false(sigismember(&ours, signals[k]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bell_rings_until_it_is_heard_however_often_it_was_rung),
        cmocka_unit_test(a_thread_takes_no_signal_and_its_maker_goes_on_to),
    };

    return RUN_TESTS(tests);
}
