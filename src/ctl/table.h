/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned columns for people. */
#pragma once

#include <stdio.h>

#include "base/idiom.h"

#define FELT_TABLE_COLUMNS_MAX 12

struct felt_table;

/* headings are borrowed; n of them, at most FELT_TABLE_COLUMNS_MAX. NULL where memory ran out. */
struct felt_table *felt_table_new(size_t n, const char *const *headings);
void felt_table_free(struct felt_table *table);
FELT_DEFINE_CLEANUP(struct felt_table *, felt_table_free)

/* A row of as many cells, copied; a NULL cell and an empty one become "-". What would move a
 * terminal's cursor becomes '?'. 0 or -ENOMEM. */
int felt_table_add(struct felt_table *table, const char *const *cells);

/* Headings and rows; nothing is padded behind the last column. */
void felt_table_print(const struct felt_table *table, FILE *out);
