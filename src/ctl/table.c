/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/table.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define GAP 2 /* blanks between columns */

struct felt_table {
    size_t n_columns;
    size_t widths[FELT_TABLE_COLUMNS_MAX];
    const char *headings[FELT_TABLE_COLUMNS_MAX];
    char **cells; /* n_rows * n_columns, row by row */
    size_t n_rows;
    size_t rows_max; /* allocated */
};

struct felt_table *felt_table_new(size_t n, const char *const *headings)
{
    struct felt_table *table = calloc(1, sizeof(*table));

    assert(n > 0 && n <= FELT_TABLE_COLUMNS_MAX);
    if (!table)
        return NULL;
    table->n_columns = n;
    for (size_t i = 0; i < n; i++) {
        table->headings[i] = headings[i];
        table->widths[i] = strlen(headings[i]);
    }
    return table;
}

void felt_table_free(struct felt_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}

static int grow(struct felt_table *table)
{
    size_t rows_max = table->rows_max ? 2 * table->rows_max : 16;
    char **cells;

    if (table->n_rows < table->rows_max)
        return 0;
    cells = reallocarray(table->cells, rows_max, table->n_columns * sizeof(*cells));
    if (!cells)
        return -ENOMEM;
    table->cells = cells;
    table->rows_max = rows_max;
    return 0;
}

int felt_table_add(struct felt_table *table, const char *const *cells)
{
    char **row;

    if (grow(table) < 0)
        return -ENOMEM;
    row = table->cells + table->n_rows * table->n_columns;
    for (size_t i = 0; i < table->n_columns; i++) {
        row[i] = strdup(cells[i] && cells[i][0] != '\0' ? cells[i] : "-");
        if (!row[i]) {
            while (i-- > 0)
                free(row[i]);
            return -ENOMEM;
        }
        for (char *c = row[i]; *c != '\0'; c++) {
            if (iscntrl((unsigned char)*c))
                *c = '?';
        }
    }
    for (size_t i = 0; i < table->n_columns; i++)
        table->widths[i] = FELT_MAX(table->widths[i], strlen(row[i]));
    table->n_rows++;
    return 0;
}

static void print_row(const struct felt_table *table, const char *const *cells, FILE *out)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (i + 1 < table->n_columns)
            fprintf(out, "%-*s", (int)(table->widths[i] + GAP), cells[i]);
        else
            fprintf(out, "%s\n", cells[i]);
    }
}

void felt_table_print(const struct felt_table *table, FILE *out)
{
    print_row(table, table->headings, out);
    for (size_t i = 0; i < table->n_rows; i++)
        print_row(table, (const char *const *)table->cells + i * table->n_columns, out);
}
