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
        struct felt_cidr subnet = felt_netconf_subnet(&config, i);

        assert(subnet.len == config.subnet_len);
        assert(felt_cidr_contains(&config.network, &subnet.ip));
        r = felt_netconf_slot(&config, &subnet, &slot);
        assert(r == 0 && slot == i);
    }
    return 0;
}
