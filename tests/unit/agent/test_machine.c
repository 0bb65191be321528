/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/machine.h"

static const uint8_t unknown[FELT_MACHINE_LEN];

static void read_text(const char *text, uint8_t ret_machine[FELT_MACHINE_LEN])
{
    char path[] = "/tmp/felt-machine-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    felt_machine_read(path, ret_machine);
    unlink(path);
}

static void one_id_is_one_machine_and_another_id_another(void **state)
{
    uint8_t a[FELT_MACHINE_LEN], again[FELT_MACHINE_LEN], b[FELT_MACHINE_LEN];

    (void)state;
    read_text("0123456789abcdef0123456789abcdef\n", a);
    read_text("0123456789abcdef0123456789abcdef", again);
    read_text("0123456789abcdef0123456789abcdee\n", b);
    assert_memory_not_equal(a, unknown, sizeof(a));
    assert_memory_equal(a, again, sizeof(a));
    assert_memory_not_equal(a, b, sizeof(a));
}

static void what_is_no_id_is_no_machine(void **state)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "uninitialized\n",
                                        "0123456789abcdef0123456789abcde\n",
                                        "0123456789ABCDEF0123456789ABCDEF\n",
                                        "00000000000000000000000000000000\n"};
    uint8_t machine[FELT_MACHINE_LEN];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(texts); i++) {
        read_text(texts[i], machine);
        assert_memory_equal(machine, unknown, sizeof(machine));
    }
    felt_machine_read("/nonexistent/machine-id", machine);
    assert_memory_equal(machine, unknown, sizeof(machine));
}

/* The id itself is not for others. */
static void the_id_cannot_be_read_from_it(void **state)
{
    uint8_t id[FELT_MACHINE_LEN], machine[FELT_MACHINE_LEN];

    (void)state;
    memset(id, 0xab, sizeof(id));
    read_text("abababababababababababababababab\n", machine);
    assert_memory_not_equal(machine, id, sizeof(id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_id_is_one_machine_and_another_id_another),
        cmocka_unit_test(what_is_no_id_is_no_machine),
        cmocka_unit_test(the_id_cannot_be_read_from_it),
    };

    return RUN_TESTS(tests);
}
