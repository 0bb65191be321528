/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "ctl/table.h"

static const char *const headings[] = {"NAME", "SUBNET", "RTT"};

static void expect_print(const struct felt_table *table, const char *want)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    felt_table_print(table, out);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
}

static void an_empty_table_is_its_headings(void **state)
{
    struct felt_table *table = felt_table_new(3, headings);

    (void)state;
    expect_print(table, "NAME  SUBNET  RTT\n");
    felt_table_free(table);
}

static void columns_are_as_wide_as_their_widest_cell_and_nothing_trails(void **state)
{
    struct felt_table *table = felt_table_new(3, headings);

    (void)state;
    assert_int_equal(felt_table_add(table, (const char *const[]){"a", "172.17.8.0/24", "1ms"}), 0);
    assert_int_equal(felt_table_add(table, (const char *const[]){"longer", "", NULL}), 0);
    expect_print(table, "NAME    SUBNET         RTT\n"
                        "a       172.17.8.0/24  1ms\n"
                        "longer  -              -\n");
    felt_table_free(table);
}

static void one_column_and_the_greatest_number_of_columns_work(void **state)
{
    const char *many[FELT_TABLE_COLUMNS_MAX];
    struct felt_table *table = felt_table_new(1, headings);

    (void)state;
    assert_int_equal(felt_table_add(table, (const char *const[]){"a"}), 0);
    expect_print(table, "NAME\na\n");
    felt_table_free(table);
    for (size_t i = 0; i < FELT_TABLE_COLUMNS_MAX; i++)
        many[i] = "X";
    table = felt_table_new(FELT_TABLE_COLUMNS_MAX, many);
    assert_int_equal(felt_table_add(table, many), 0);
    expect_print(table, "X  X  X  X  X  X  X  X  X  X  X  X\nX  X  X  X  X  X  X  X  X  X  X  X\n");
    felt_table_free(table);
}

static void a_cell_cannot_move_the_cursor(void **state)
{
    struct felt_table *table = felt_table_new(1, headings);

    (void)state;
    assert_int_equal(felt_table_add(table, (const char *const[]){"a\x1b[2J\nb"}), 0);
    expect_print(table, "NAME\na?[2J?b\n");
    felt_table_free(table);
}

static void many_rows_fit(void **state)
{
    struct felt_table *table = felt_table_new(1, headings);
    char *text = NULL;
    size_t size, lines = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(felt_table_add(table, (const char *const[]){"x"}), 0);
    felt_table_print(table, out);
    fclose(out);
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 1001);
    free(text);
    felt_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_is_its_headings),
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell_and_nothing_trails),
        cmocka_unit_test(one_column_and_the_greatest_number_of_columns_work),
        cmocka_unit_test(a_cell_cannot_move_the_cursor),
        cmocka_unit_test(many_rows_fit),
    };

    return RUN_TESTS(tests);
}
