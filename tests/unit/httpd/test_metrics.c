/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "httpd/metrics.h"

struct text {
    char *s;
    size_t len;
};

static json_t *json_of(const char *text)
{
    json_t *value = text ? json_loads(text, 0, NULL) : NULL;

    assert_true(value || !text);
    return value;
}

/* Either may be NULL. The caller frees it. */
static char *metrics(const char *status, json_t *members)
{
    json_t *value = json_of(status);
    struct text text;
    FILE *out = open_memstream(&text.s, &text.len);

    assert_non_null(out);
    felt_metrics_write(out, value, members);
    assert_int_equal(fclose(out), 0);
    json_decref(value);
    json_decref(members);
    return text.s;
}

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("no '%s' in:\n%s", line, text);
}

static void labels_escape_what_the_format_wants_escaped(void **state)
{
    struct text text;
    FILE *out = open_memstream(&text.s, &text.len);

    (void)state;
    felt_metrics_label(out, "a\\b\"c\nd{}=, \xc3\xa4");
    fclose(out);
    assert_string_equal(text.s, "a\\\\b\\\"c\\nd{}=, \xc3\xa4");
    free(text.s);
}

static void a_feltd_that_does_not_answer_is_down_and_that_is_all(void **state)
{
    char *text = metrics(NULL, NULL);

    (void)state;
    assert_string_equal(text,
                        "# HELP felt_up Whether feltd answers.\n# TYPE felt_up gauge\nfelt_up 0\n");
    free(text);
}

static void status_becomes_numbers(void **state)
{
    char *text = metrics(
        "{\"version\":\"0.1.0\",\"node\":{\"id\":\"01\",\"name\":\"h\\\"1\",\"health\":2},"
        "\"cluster\":{\"id\":\"ab\",\"era\":7},\"network\":{\"network\":\"172.17.0.0/16\",\"backend\":\"vxlan\"},"
        "\"lease\":{\"subnet\":\"172.17.8.0/24\",\"at_risk\":true},"
        "\"members\":{\"total\":3,\"alive\":2,\"suspect\":0,\"dead\":1,\"left\":4},"
        "\"slots\":{\"total\":255,\"own\":9},\"ready\":true,\"problems\":[\"a\",\"b\"],"
        "\"rotation\":{\"step\":\"used\",\"waits_for\":2},"
        "\"counters\":{\"datagrams_sent\":88,\"datagrams\":{\"taken\":99,\"forged\":1},\"suspicions\":6,"
        "\"deaths\":3},\"kernel\":{\"mtu\":1450,\"peers\":2,\"unreachable\":1,\"error\":null,"
        "\"work\":{\"passes\":12,\"failed\":1,\"operations\":40,\"refused\":2,\"repairs\":5}}}",
        NULL);

    (void)state;
    has(text, "felt_up 1\n");
    has(text, "felt_build_info{version=\"0.1.0\"} 1\n");
    has(text, "felt_node_info{node=\"01\",name=\"h\\\"1\",cluster=\"ab\",network=\"172.17.0.0/16\","
              "backend=\"vxlan\",subnet=\"172.17.8.0/24\"} 1\n");
    has(text, "felt_ready 1\n");
    has(text, "felt_lease_held 1\n");
    has(text, "felt_lease_at_risk 1\n");
    has(text, "felt_problems 2\n");
    has(text, "felt_node_health 2\n");
    has(text, "felt_members{state=\"alive\"} 2\n");
    has(text, "felt_members{state=\"dead\"} 1\n");
    assert_null(strstr(text, "total\"}"));
    has(text, "felt_slots 255\n");
    has(text, "felt_slots_owned 9\n");
    has(text, "felt_cluster_era 7\n");
    has(text, "felt_datagrams_sent_total 88\n");
    has(text, "felt_datagrams_received_total{verdict=\"forged\"} 1\n");
    has(text, "# TYPE felt_member_suspicions_total counter\nfelt_member_suspicions_total 6\n");
    has(text, "felt_member_deaths_total 3\n");
    has(text, "felt_key_rotation 1\n");
    has(text, "felt_key_rotation_waits_for 2\n");
    has(text, "felt_kernel_failing 0\n");
    has(text, "felt_kernel_operations_total 40\n");
    has(text, "felt_kernel_operations_refused_total 2\n");
    has(text, "felt_kernel_repairs_total 5\n");
    free(text);
}

static void what_is_missing_or_of_another_type_is_left_out(void **state)
{
    char *text = metrics(
        "{\"ready\":\"yes\",\"lease\":null,\"rotation\":null,\"kernel\":{\"mtu\":null},\"slots\":[],"
        "\"members\":{\"alive\":\"two\",\"dead\":1}}",
        json_of("{\"members\":[null,{},{\"state\":7},{\"state\":\"alive\",\"rtt_us\":\"x\"}]}"));

    (void)state;
    assert_null(strstr(text, "felt_ready"));
    has(text, "felt_lease_held 0\n");
    has(text, "felt_key_rotation 0\n");
    has(text, "felt_key_rotation_waits_for 0\n");
    assert_null(strstr(text, "felt_overlay_mtu_bytes"));
    assert_null(strstr(text, "felt_slots"));
    assert_null(strstr(text, "state=\"alive\"} t"));
    assert_null(strstr(text, "felt_round_trip"));
    has(text, "felt_members{state=\"dead\"} 1\n");
    has(text, "felt_paths{state=\"untried\"} 1\n");
    free(text);
}

/* All of one name. */
static json_t *cluster(size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        char id[8];

        snprintf(id, sizeof(id), "%zu", i);
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s, s:I, s:{s:s, s:I}}", "name",
                                              "twin", "id", id, "self", 0, "state", "alive",
                                              "rtt_us", (json_int_t)(i + 1) * 1000, "path", "state",
                                              "passes", "rtt_us", (json_int_t)5));
    }
    return json_pack("{s:o}", "members", list);
}

static void round_trips_are_told_as_a_whole_and_one_by_one_where_they_are_few(void **state)
{
    char *text = metrics("{}", cluster(10));

    (void)state;
    has(text, "felt_round_trip_min_seconds 0.001000\n");
    has(text, "felt_round_trip_median_seconds 0.005000\n");
    has(text, "felt_round_trip_p90_seconds 0.009000\n");
    has(text, "felt_round_trip_max_seconds 0.010000\n");
    has(text, "felt_paths{state=\"passes\"} 10\n");
    /* Two of one name are two series. */
    has(text, "felt_peer_round_trip_seconds{peer=\"twin\",node=\"0\"} 0.001000\n");
    has(text, "felt_peer_round_trip_seconds{peer=\"twin\",node=\"1\"} 0.002000\n");
    has(text, "felt_peer_path_round_trip_seconds{peer=\"twin\",node=\"0\"} 0.000005\n");
    free(text);
    text = metrics("{}", cluster(1));
    has(text, "felt_round_trip_min_seconds 0.001000\n");
    has(text, "felt_round_trip_p90_seconds 0.001000\n");
    has(text, "felt_round_trip_max_seconds 0.001000\n");
    free(text);
    text = metrics("{}", cluster(FELT_METRICS_PEERS_MAX));
    has(text, "felt_peer_round_trip_seconds{");
    free(text);
    text = metrics("{}", cluster(FELT_METRICS_PEERS_MAX + 1));
    has(text, "felt_round_trip_max_seconds 0.101000\n");
    assert_null(strstr(text, "felt_peer_"));
    free(text);
}

static void only_the_living_and_never_the_node_itself_have_round_trips(void **state)
{
    char *text = metrics(
        "{}",
        json_of("{\"members\":[{\"self\":true,\"state\":\"alive\",\"rtt_us\":1},"
                "{\"self\":false,\"state\":\"dead\",\"rtt_us\":2},"
                "{\"self\":false,\"state\":\"alive\",\"name\":\"a\",\"id\":\"b\",\"rtt_us\":3,"
                "\"path\":{\"state\":\"fails\",\"rtt_us\":null}}]}"));

    (void)state;
    has(text, "felt_round_trip_min_seconds 0.000003\n");
    has(text, "felt_round_trip_max_seconds 0.000003\n");
    has(text, "felt_paths{state=\"fails\"} 1\n");
    assert_null(strstr(text, "felt_peer_path_round"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_escape_what_the_format_wants_escaped),
        cmocka_unit_test(a_feltd_that_does_not_answer_is_down_and_that_is_all),
        cmocka_unit_test(status_becomes_numbers),
        cmocka_unit_test(what_is_missing_or_of_another_type_is_left_out),
        cmocka_unit_test(round_trips_are_told_as_a_whole_and_one_by_one_where_they_are_few),
        cmocka_unit_test(only_the_living_and_never_the_node_itself_have_round_trips),
    };

    return RUN_TESTS(tests);
}
