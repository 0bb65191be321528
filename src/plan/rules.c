/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/rules.h"

#include <assert.h>
#include <stdio.h>

/* "add" before "delete": deleting a table that is not there would fail the transaction. */
#define FORGET "add table ip " FELT_PLAN_RULES_TABLE "\ndelete table ip " FELT_PLAN_RULES_TABLE "\n"

static size_t checked(int n)
{
    assert(n > 0 && n < FELT_PLAN_RULES_MAX);
    return (size_t)n;
}

size_t felt_plan_rules_masq(const struct felt_cidr *network, const struct felt_cidr *lease,
                            char *text)
{
    struct felt_cidr net_masked = felt_cidr_masked(network);
    struct felt_cidr pod_masked = felt_cidr_masked(lease);
    char net[FELT_CIDR_TEXT], pod[FELT_CIDR_TEXT];

    assert(network->ip.family == FELT_FAMILY_V4 && lease->ip.family == FELT_FAMILY_V4);
    felt_cidr_format(&net_masked, net);
    felt_cidr_format(&pod_masked, pod);
    return checked(snprintf(text, FELT_PLAN_RULES_MAX,
                            FORGET
                            "table ip " FELT_PLAN_RULES_TABLE " {\n"
                            "\tcomment \"rules of felt\"\n"
                            "\tchain " FELT_PLAN_RULES_CHAIN " {\n"
                            "\t\tcomment \"masquerades what crosses the border of the overlay\"\n"
                            "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
                            "\t\tmeta mark & 0x00004000 == 0x00004000 return\n"
                            "\t\tip saddr %s ip daddr %s return\n"
                            "\t\tip saddr %s ip daddr %s return\n"
                            "\t\tip saddr != %s ip daddr %s return\n"
                            "\t\tip saddr %s ip daddr != 224.0.0.0/4 masquerade fully-random\n"
                            "\t\tip saddr != %s ip daddr %s masquerade fully-random\n"
                            "\t}\n"
                            "}\n",
                            pod, net, net, pod, net, pod, net, net, net));
}

size_t felt_plan_rules_none(char *text)
{
    return checked(snprintf(text, FELT_PLAN_RULES_MAX, FORGET));
}
