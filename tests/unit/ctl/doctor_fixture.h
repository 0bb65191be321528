/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a machine that is well, to be made worse by a test, and what a check finds in them. */
#pragma once

#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "ctl/doctor.h"

static struct felt_doctor_link *add_link(struct felt_doctor_facts *f, const char *name, long mtu,
                                         const char *cidr)
{
    struct felt_doctor_link *link = &f->links[f->n_links++];

    snprintf(link->name, sizeof(link->name), "%s", name);
    link->mtu = mtu;
    link->rp_filter = 0;
    if (cidr)
        assert_int_equal(felt_cidr_parse(cidr, &link->addrs[link->n_addrs++]), 0);
    return link;
}

static json_t *json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    if (!value)
        fail_msg("no JSON: %s", text);
    return value;
}

static struct felt_doctor_facts healthy(void)
{
    struct felt_doctor_facts f = {
        .ip_forward = 1,
        .ip6_forwarding = 0,
        .neigh_max = 1024,
        .clock_known = true,
        .clock_synchronised = true,
        .year = 2026,
    };

    f.status = json("{\"version\":\"0.1.0\",\"node\":{\"advertise\":\"192.0.2.1:8470\"},"
                    "\"cluster\":{},\"network\":{\"network\":\"10.1.0.0/16\",\"ipv6\":null,"
                    "\"backend\":\"vxlan\",\"config\":\"{}\"},"
                    "\"lease\":{\"subnet\":\"10.1.5.0/24\",\"subnet6\":null},"
                    "\"members\":{\"total\":3},\"counters\":{\"datagrams_sent\":9,\"datagrams\":"
                    "{\"taken\":9}},\"kernel\":{\"device\":\"flannel.1\",\"device6\":null,"
                    "\"interface\":\"eth0\",\"mtu\":1450},\"problems\":[]}");
    f.members = json("{\"members\":["
                     "{\"name\":\"h1\",\"state\":\"alive\",\"public_ip\":\"192.0.2.1\"},"
                     "{\"name\":\"h2\",\"state\":\"alive\",\"public_ip\":\"192.0.2.2\",\"path\":"
                     "{\"state\":\"passes\"}}]}");
    f.iptables[0] = strdup(":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n");
    f.nft = strdup("");
    add_link(&f, "eth0", 1500, "192.0.2.1/24");
    add_link(&f, "flannel.1", 1450, "10.1.5.0/32");
    add_link(&f, "docker0", 1450, "10.1.5.1/24")->is_bridge = true;
    return f;
}

static inline void set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json(text));
}

static inline void replace(char **text, const char *with)
{
    free(*text);
    *text = strdup(with);
}

/* "fine"; or lines of "problem what | fix", without those that are fine. */
static const char *found_by(void (*check)(const struct felt_doctor_facts *,
                                          struct felt_doctor_findings *),
                            struct felt_doctor_facts *facts)
{
    struct felt_doctor_findings to = {.list = json_array(), .check = "x"};
    static char text[8192];
    size_t len = 0;

    check(facts, &to);
    assert_true(json_array_size(to.list) > 0);
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(to.list); i++) {
        const json_t *finding = json_array_get(to.list, i);
        const char *fix = json_string_value(json_object_get(finding, "fix"));
        const char *state = json_string_value(json_object_get(finding, "state"));

        if (strcmp(state, "fine") == 0)
            continue;
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, "%s %s | %s\n", state,
                             json_string_value(json_object_get(finding, "what")), fix ? fix : "-");
    }
    json_decref(to.list);
    felt_doctor_facts_done(facts);
    return len == 0 ? "fine" : text;
}

/* Each of the words, NULL at the end, is in what was found. */
static inline void expect_words(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (!strstr(text, *words))
            fail_msg("'%s' is not in '%s'", *words, text);
}
#define EXPECT(text, ...) expect_words(text, (const char *const[]){__VA_ARGS__, NULL})
