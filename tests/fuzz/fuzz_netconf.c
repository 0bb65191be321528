/* SPDX-License-Identifier: Apache-2.0 */
/* The network configuration. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "netconf/netconf.h"

/* Without its white space it says the same. */
static void check_squeezed(const uint8_t *data, size_t size, const struct felt_netconf *config)
{
    struct felt_netconf_error error;
    struct felt_netconf again;
    char text[FELT_NETCONF_TEXT_MAX];
    size_t len;
    int r;

    memcpy(text, data, size);
    len = felt_netconf_squeeze(text, size);
    assert(len <= size && felt_netconf_squeeze(text, len) == len);
    r = felt_netconf_parse(text, len, &again, &error);
    assert(r == 0 && felt_cidr_equal(&again.network, &config->network));
    assert(felt_cidr_equal(&again.v6.network, &config->v6.network));
    assert(felt_netconf_slots(&again) == felt_netconf_slots(config));
    assert(again.backend == config->backend && again.vxlan.vni == config->vxlan.vni);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct felt_netconf_error error = {{0}};
    struct felt_netconf config;
    uint32_t slots, slot;
    int r = felt_netconf_parse((const char *)data, size, &config, &error);

    if (r < 0) {
        assert(r == -EINVAL || r == -ENOMEM);
        /* One line that does nothing to a terminal. */
        assert(error.text[0] != '\0');
        for (const char *c = error.text; *c; c++)
            assert((unsigned char)*c >= ' ' && *c != 0x7f);
        return 0;
    }
    check_squeezed(data, size, &config);
    slots = felt_netconf_slots(&config);
    assert(slots >= 1 && slots <= FELT_NETCONF_SLOTS_MAX);
    for (uint32_t i = 0; i < slots; i += FELT_MAX(slots / 16, 1u)) {
        struct felt_dual networks = felt_netconf_networks(&config);
        struct felt_dual subnets = felt_netconf_subnets(&config, i);

        assert(!felt_dual_is_none(&subnets));
        for (uint8_t family = FELT_FAMILY_V4; family <= FELT_FAMILY_V6; family++) {
            const struct felt_cidr *subnet = felt_dual_of(&subnets, family);

            assert(!subnet == !felt_dual_of(&networks, family));
            if (!subnet)
                continue;
            assert(felt_dual_covers(&networks, subnet));
            r = felt_netconf_slot(&config, subnet, &slot);
            assert(r == 0 && slot == i);
        }
    }
    return 0;
}
