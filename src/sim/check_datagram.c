/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams fit into every path, and go only where somebody once said he was (proto/packet.md 2.1;
 * never to an address written in a message), or to the beginning of a subnet. */
#include "node/core.h"
#include "sim/check.h"
#include "wire/message.h"

#define LARGEST                                                                       \
    1232 /* proto/packet.md 2.1, written out: a checker does not take the code's word \
          */

static void *begin(struct sim *sim)
{
    (void)sim;
    return NULL;
}

static bool is_first_of_subnet(const struct felt_node *node, const struct felt_ip *ip)
{
    struct felt_cidr subnet = {.ip = *ip, .len = node->config.subnet_len};
    struct felt_cidr masked = felt_cidr_masked(&subnet);

    return felt_cidr_contains(&node->config.network, ip) && felt_ip_equal(&masked.ip, ip);
}

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    (void)context;
    (void)input;
    for (size_t i = 0; i < effects->n_datagrams; i++) {
        const struct felt_datagram *d = &effects->datagrams[i];

        if (d->bytes.len > LARGEST)
            sim_violated(sim, "%s sends a datagram of %zu bytes", sim->hosts[host].name,
                         d->bytes.len);
        if (!d->overlay && sim_address(sim, &d->to) == SIM_ADDRESS_NONE)
            sim_violated(sim, "%s sends to %s, which nobody announced", sim->hosts[host].name,
                         FELT_ENDPOINT(&d->to));
        if (d->overlay && !is_first_of_subnet(sim->hosts[host].node, &d->to.ip))
            sim_violated(sim, "%s sends to %s through the overlay, which begins no subnet",
                         sim->hosts[host].name, FELT_ENDPOINT(&d->to));
    }
}

static void end(void *context)
{
    (void)context;
}

const struct sim_check sim_check_datagram = {
    .name = "datagram",
    .what = "datagrams have at most 1232 bytes and go to announced endpoints",
    .begin = begin,
    .stepped = stepped,
    .end = end,
};
