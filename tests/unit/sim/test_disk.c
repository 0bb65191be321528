/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "sim/disk.h"
#include "sim/pool.h"

static void write(struct sim_disk *disk, const char *text)
{
    size_t len = strlen(text);
    uint8_t *bytes = sim_alloc(len);

    memcpy(bytes, text, len);
    sim_disk_write(disk, bytes, len);
}

static void expect(const struct sim_disk *disk, const char *text)
{
    struct felt_bytes bytes = sim_disk_read(disk);

    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.len);
}

static void a_new_disk_is_empty(void **state)
{
    struct sim_disk disk = {0};

    (void)state;
    expect(&disk, "");
}

static void a_write_replaces_all(void **state)
{
    struct sim_disk disk = {0};

    (void)state;
    write(&disk, "first");
    write(&disk, "2nd");
    expect(&disk, "2nd");
    sim_disk_wipe(&disk);
    expect(&disk, "");
}

static void a_torn_file_is_shorter(void **state)
{
    struct sim_disk disk = {0};

    (void)state;
    write(&disk, "first");
    sim_disk_tear(&disk, 3);
    expect(&disk, "fir");
    sim_disk_done(&disk);
}

static void a_rollback_brings_an_earlier_file(void **state)
{
    struct sim_disk disk = {0};

    (void)state;
    write(&disk, "first");
    assert_false(sim_disk_roll_back(&disk));
    sim_disk_image(&disk);
    write(&disk, "second");
    assert_true(sim_disk_roll_back(&disk));
    expect(&disk, "first");
    sim_disk_done(&disk);
}

static void a_copy_is_independent(void **state)
{
    struct sim_disk disk = {0}, copy = {0};

    (void)state;
    write(&disk, "first");
    sim_disk_copy(&copy, &disk);
    write(&disk, "second");
    expect(&copy, "first");
    sim_disk_done(&disk);
    sim_disk_done(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_disk_is_empty),
        cmocka_unit_test(a_write_replaces_all),
        cmocka_unit_test(a_torn_file_is_shorter),
        cmocka_unit_test(a_rollback_brings_an_earlier_file),
        cmocka_unit_test(a_copy_is_independent),
    };

    return RUN_TESTS(tests);
}
