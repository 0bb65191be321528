/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "ctl/explain.h"

static const char status_text[] =
    "{\"network\":{\"network\":\"10.1.0.0/16\",\"ipv6\":{\"network\":\"fc00:0:42::/48\"}},"
    "\"kernel\":{\"interface\":\"eth0\",\"error\":null}}";
static const char members_text[] =
    "{\"members\":["
    "{\"id\":\"0102030405\",\"name\":\"h1\",\"self\":true,\"state\":\"alive\",\"lease\":"
    "\"10.1.1.0/24\",\"advertise\":\"192.0.2.1:8470\",\"public_ip\":\"192.0.2.1\"},"
    "{\"id\":\"0908070605\",\"name\":\"h2\",\"self\":false,\"state\":\"alive\",\"lease\":"
    "\"10.1.2.0/24\",\"lease6\":\"fc00:0:42:2::/64\",\"advertise\":\"198.51.100.2:8470\","
    "\"public_ip\":\"192.0.2.2\",\"path\":{\"state\":\"passes\"}}]}";
static const char kernel_text[] =
    "{\"entries\":[{\"kind\":\"fdb\",\"text\":\"02:01 dst 192.0.2.2\",\"state\":\"present\","
    "\"device\":\"flannel.1\"},{\"kind\":\"route\",\"text\":\"10.1.2.0/24 via 10.1.2.0\",\"state\":"
    "\"present\",\"device\":\"flannel.1\"}],\"troubles\":[]}";

struct fixture {
    json_t *status, *members, *kernel;
    json_t *h2; /* of members */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->status = json_loads(status_text, 0, NULL);
    f->members = json_loads(members_text, 0, NULL);
    f->kernel = json_loads(kernel_text, 0, NULL);
    assert_non_null(f->status);
    assert_non_null(f->members);
    assert_non_null(f->kernel);
    f->h2 = json_array_get(json_object_get(f->members, "members"), 1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    json_decref(f->status);
    json_decref(f->members);
    json_decref(f->kernel);
    free(f);
    return 0;
}

static void set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_loads(text, JSON_DECODE_ANY, NULL));
}

/* What a person reads. */
static const char *explained(const struct fixture *f, const char *address)
{
    const struct felt_explain_world world = {f->status, f->members, f->kernel};
    static char *text;
    struct felt_ip ip;
    size_t len = 0;
    json_t *x;
    FILE *out;

    free(text);
    assert_int_equal(felt_ip_parse(address, &ip), 0);
    x = felt_explain(&world, &ip);
    assert_non_null(x);
    assert_int_equal(json_object_size(x), 14);
    out = open_memstream(&text, &len);
    felt_explain_print(x, out);
    fclose(out);
    json_decref(x);
    return text;
}

static void expect(const char *text, const char *want)
{
    if (!strstr(text, want))
        fail_msg("'%s' is not in '%s'", want, text);
}

static void a_peers_address_shows_the_whole_way(void **state)
{
    assert_string_equal(explained(*state, "10.1.2.7"),
                        "address   10.1.2.7: in 10.1.2.0/24, the subnet of the node h2\n"
                        "node      h2 (09080706), alive, overlay traffic to 192.0.2.2\n"
                        "trial     packets through the overlay get there\n"
                        "fdb       ok       02:01 dst 192.0.2.2 dev flannel.1\n"
                        "route     ok       10.1.2.0/24 via 10.1.2.0 dev flannel.1\n"
                        "next      ping -c 3 10.1.2.7\n");
    expect(explained(*state, "fc00:0:42:2::7"), "in fc00:0:42:2::/64, the subnet of the node h2");
}

static void an_entry_that_is_missing_or_too_many_is_wrong(void **state)
{
    struct fixture *f = *state;
    json_t *entries = json_object_get(f->kernel, "entries");

    set(json_array_get(entries, 1), "state", "\"missing\"");
    expect(explained(f, "10.1.2.7"), "route     missing  10.1.2.0/24 via 10.1.2.0 dev flannel.1\n");
    expect(explained(f, "10.1.2.7"),
           "wrong     the route 10.1.2.0/24 via 10.1.2.0 is missing in the kernel\n"
           "next      feltctl events\n");
    set(json_array_get(entries, 1), "state", "\"stale\"");
    expect(explained(f, "10.1.2.7"), "is one too many in the kernel\n");
    set(json_object_get(f->status, "kernel"), "error", "\"cannot set route: no\"");
    expect(explained(f, "10.1.2.7"), "feltd says of the kernel: cannot set route: no\n");
}

static void a_trouble_or_no_way_at_all_is_told(void **state)
{
    struct fixture *f = *state;

    set(f->kernel, "troubles", "[\"no way to peer=09080706: not on the link\"]");
    expect(explained(f, "10.1.2.7"), "wrong     no way to peer=09080706: not on the link\n");
    set(f->kernel, "troubles", "[]");
    set(f->kernel, "entries", "[]");
    expect(explained(f, "10.1.2.7"), "wrong     there is no way to it in the kernel");
    json_decref(f->kernel);
    f->kernel = NULL;
    expect(explained(f, "10.1.2.7"), "wrong     feltd could not look at the kernel\n");
}

static void a_dead_node_is_pinged_where_it_gossips(void **state)
{
    struct fixture *f = *state;

    set(f->h2, "state", "\"dead\"");
    expect(explained(f, "10.1.2.7"), "wrong     the node h2 is dead: it does not answer");
    expect(explained(f, "10.1.2.7"), "next      ping -c 3 198.51.100.2\n");
}

static void a_path_that_fails_is_looked_at_on_the_underlay(void **state)
{
    struct fixture *f = *state;

    set(json_object_get(f->h2, "path"), "state", "\"fails\"");
    expect(explained(f, "10.1.2.7"),
           "wrong     packets through the overlay do not reach h2, though it is alive\n"
           "next      tcpdump -ni eth0 udp and host 192.0.2.2\n");
    set(json_object_get(f->h2, "path"), "state", "\"large_fails\"");
    expect(explained(f, "10.1.2.7"), "next      feltctl doctor\n");
}

static void other_addresses_are_of_their_kind(void **state)
{
    struct fixture *f = *state;

    expect(explained(f, "10.1.1.7"), "in 10.1.1.0/24, the subnet of this node (h1)");
    expect(explained(f, "10.1.1.7"), "next      ip route get 10.1.1.7\n");
    expect(explained(f, "192.0.2.2"), "where the node h2 itself is reached");
    expect(explained(f, "198.51.100.2"), "Its containers are in 10.1.2.0/24\n");
    expect(explained(f, "10.1.9.9"), "in the network 10.1.0.0/16, but in no node's subnet\n");
    expect(explained(f, "fc00:0:42:99::1"), "in the network fc00:0:42::/48, but in no node's");
    expect(explained(f, "10.1.9.9"), "next      feltctl leases\n");
    expect(explained(f, "203.0.113.1"), "not in the network 10.1.0.0/16");
    set(f->status, "network", "null");
    expect(explained(f, "203.0.113.1"),
           "does not know its network yet\nnext      feltctl status\n");
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(a_peers_address_shows_the_whole_way),
        WITH(an_entry_that_is_missing_or_too_many_is_wrong),
        WITH(a_trouble_or_no_way_at_all_is_told),
        WITH(a_dead_node_is_pinged_where_it_gossips),
        WITH(a_path_that_fails_is_looked_at_on_the_underlay),
        WITH(other_addresses_are_of_their_kind),
    };

    return RUN_TESTS(tests);
}
