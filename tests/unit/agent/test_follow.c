/* SPDX-License-Identifier: Apache-2.0 */
/* What following the underlay decides; that it hears of changes is tests/lab/underlay.sh's to show.
 */
#include "tests/unit/test.h"

#include "agent/follow.h"
#include "agent/follow_decision.h"

#define NOW (1000 * FELT_USEC_SEC)

/* ---- what to do, and when ---- */

static void what_is_whole_is_taken_at_once_and_nothing_is_missing_any_more(void **state)
{
    felt_usec missing = NOW - FELT_USEC_SEC, wait = 7;

    (void)state;
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_WHOLE, NOW, &missing, &wait), FELT_FOLLOW_TAKE);
    assert_int_equal(missing, 0);
    assert_int_equal(wait, 7);
}

static void what_is_gone_is_waited_for_and_then_another_is_chosen(void **state)
{
    felt_usec missing = 0, wait = 0;

    (void)state;
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_GONE, NOW, &missing, &wait), FELT_FOLLOW_WAIT);
    assert_int_equal(missing, NOW);
    assert_int_equal(wait, FELT_FOLLOW_GRACE);
    /* Another look does not begin the wait anew. */
    assert_int_equal(
        felt_follow_decide(FELT_FOLLOW_GONE, NOW + FELT_FOLLOW_GRACE - 1, &missing, &wait),
        FELT_FOLLOW_WAIT);
    assert_int_equal(wait, 1);
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_GONE, NOW + FELT_FOLLOW_GRACE, &missing, &wait),
                     FELT_FOLLOW_ELSEWHERE);
    assert_int_equal(missing, NOW);
}

static void a_family_that_was_lost_is_waited_for_and_then_done_without(void **state)
{
    felt_usec missing = 0, wait = 0;

    (void)state;
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_LACKS, NOW, &missing, &wait), FELT_FOLLOW_WAIT);
    assert_int_equal(
        felt_follow_decide(FELT_FOLLOW_LACKS, NOW + FELT_FOLLOW_GRACE, &missing, &wait),
        FELT_FOLLOW_TAKE);
}

/* Linux takes IPv6 addresses from an interface that goes down, and its driver gives them back. */
static void what_lacks_something_because_it_is_down_stays_however_long(void **state)
{
    felt_usec missing = 0, wait = 7;

    (void)state;
    for (felt_usec now = NOW; now < NOW + 3 * FELT_FOLLOW_GRACE; now += FELT_FOLLOW_GRACE) {
        assert_int_equal(felt_follow_decide(FELT_FOLLOW_LACKS_WHILE_DOWN, now, &missing, &wait),
                         FELT_FOLLOW_STAY);
        assert_int_equal(missing, 0);
    }
    /* The wait begins when it is up and lacks it still. */
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_LACKS, 2 * NOW, &missing, &wait),
                     FELT_FOLLOW_WAIT);
    assert_int_equal(wait, FELT_FOLLOW_GRACE);
}

static void a_clock_that_begins_at_zero_counts_as_well(void **state)
{
    felt_usec missing = 0, wait = 0;

    (void)state;
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_GONE, 0, &missing, &wait), FELT_FOLLOW_WAIT);
    assert_true(missing > 0); /* 0 is for nothing */
    assert_int_equal(felt_follow_decide(FELT_FOLLOW_GONE, FELT_FOLLOW_GRACE + 1, &missing, &wait),
                     FELT_FOLLOW_ELSEWHERE);
}

/* ---- where gossip is ---- */

static struct felt_ip ip(const char *text)
{
    struct felt_ip ip = {0};

    if (text[0])
        assert_int_equal(felt_ip_parse(text, &ip), 0);
    return ip;
}

static struct felt_underlay underlay(const char *first, const char *second)
{
    return (struct felt_underlay){.name = "eth0", .public_ip = ip(first), .public_ip6 = ip(second)};
}

static void without_a_wish_the_socket_is_of_the_family_that_there_is(void **state)
{
    struct felt_options options = {.bind = {.ip = ip("0.0.0.0"), .port = 8470}};
    struct felt_underlay four = underlay("192.0.2.1", ""), six = underlay("2001:db8::1", ""),
                         both = underlay("192.0.2.1", "2001:db8::1");
    struct felt_endpoint bind;

    (void)state;
    bind = felt_follow_bind(&options, &four);
    assert_string_equal(FELT_ENDPOINT(&bind), "0.0.0.0:8470");
    bind = felt_follow_bind(&options, &both);
    assert_string_equal(FELT_ENDPOINT(&bind), "0.0.0.0:8470");
    bind = felt_follow_bind(&options, &six);
    assert_string_equal(FELT_ENDPOINT(&bind), "[::]:8470");
    options.bind_explicit = true;
    bind = felt_follow_bind(&options, &six);
    assert_string_equal(FELT_ENDPOINT(&bind), "0.0.0.0:8470");
}

static void others_reach_it_where_the_overlay_is_over_its_family(void **state)
{
    static const struct {
        const char *bind, *first, *second, *want; /* "": nowhere */
    } cases[] = {
        {"0.0.0.0:8470", "192.0.2.1", "", "192.0.2.1:8470"},
        {"0.0.0.0:8470", "192.0.2.1", "2001:db8::1", "192.0.2.1:8470"},
        {"[::]:8470", "192.0.2.1", "2001:db8::1", "[2001:db8::1]:8470"},
        {"[::]:8470", "2001:db8::1", "", "[2001:db8::1]:8470"},
        {"[::]:8470", "192.0.2.1", "", ""},
        {"0.0.0.0:8470", "2001:db8::1", "", ""},
        {"198.51.100.7:1234", "192.0.2.1", "", "198.51.100.7:1234"},
        {"[2001:db8::7]:1234", "192.0.2.1", "", "[2001:db8::7]:1234"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_underlay u = underlay(cases[i].first, cases[i].second);
        struct felt_endpoint bind, advertise = {0};

        assert_int_equal(felt_endpoint_parse(cases[i].bind, 0, &bind), 0);
        assert_int_equal(felt_follow_advertise(&bind, &u, &advertise), cases[i].want[0] != '\0');
        if (cases[i].want[0])
            assert_string_equal(FELT_ENDPOINT(&advertise), cases[i].want);
        else
            assert_int_equal(advertise.ip.family, FELT_FAMILY_NONE); /* untouched */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_whole_is_taken_at_once_and_nothing_is_missing_any_more),
        cmocka_unit_test(what_is_gone_is_waited_for_and_then_another_is_chosen),
        cmocka_unit_test(a_family_that_was_lost_is_waited_for_and_then_done_without),
        cmocka_unit_test(what_lacks_something_because_it_is_down_stays_however_long),
        cmocka_unit_test(a_clock_that_begins_at_zero_counts_as_well),
        cmocka_unit_test(without_a_wish_the_socket_is_of_the_family_that_there_is),
        cmocka_unit_test(others_reach_it_where_the_overlay_is_over_its_family),
    };

    return RUN_TESTS(tests);
}
