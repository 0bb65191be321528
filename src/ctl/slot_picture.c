/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/slot_picture.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/id.h"
#include "base/idiom.h"
#include "ctl/paint.h"
#include "ctl/table.h"

#define LETTERS   26
#define NOBODY    (-1) /* not known here yet */
#define SEVERAL   (-2) /* in one cell */
#define SLOTS_MAX 65536

struct cell {
    int owner; /* its place in the list, NOBODY or SEVERAL */
    bool leased;
};

struct picture {
    const json_t *owners;
    size_t total;
    size_t per_cell; /* slots */
    size_t n_cells;
    struct cell *cells;
};

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void paint_run(struct picture *p, const json_t *run)
{
    json_int_t first = number(run, "first"), count = number(run, "count");
    const json_t *owner = json_object_get(run, "owner");
    int who = json_is_integer(owner) ? (int)json_integer_value(owner) : NOBODY;

    for (json_int_t slot = first; slot >= 0 && slot < first + count; slot++) {
        struct cell *cell;

        if ((size_t)slot >= p->total)
            return;
        cell = &p->cells[(size_t)slot / p->per_cell];
        cell->owner = (size_t)slot % p->per_cell == 0 || cell->owner == who ? who : SEVERAL;
    }
}

static void paint_leases(struct picture *p)
{
    for (size_t i = 0; i < json_array_size(p->owners); i++) {
        const json_t *lease = json_object_get(json_array_get(p->owners, i), "lease");
        size_t slot = (size_t)json_integer_value(lease);

        if (json_is_integer(lease) && slot < p->total)
            p->cells[slot / p->per_cell].leased = true;
    }
}

static char letter(const struct cell *cell)
{
    if (cell->owner == NOBODY)
        return '.';
    if (cell->owner == SEVERAL)
        return cell->leased ? '#' : '*';
    return (char)((cell->leased ? 'A' : 'a') + cell->owner % LETTERS);
}

static void put_cell(const struct cell *cell, FILE *out)
{
    if (cell->owner >= 0)
        fputs(felt_paint_hue((unsigned)cell->owner), out);
    if (cell->leased)
        fputs(felt_paint(FELT_PAINT_BOLD), out);
    fputc(letter(cell), out);
    fputs(felt_paint(FELT_PAINT_PLAIN), out);
}

/* Where a row begins: "10.244.1.0", or the number of the slot. */
struct label {
    char s[64];
};

static struct label label_of(const struct felt_netconf *config, size_t slot)
{
    struct label label;

    if (config && slot < felt_netconf_slots(config)) {
        struct felt_cidr subnet = felt_netconf_subnet(config, (uint32_t)slot);

        snprintf(label.s, sizeof(label.s), "%s", FELT_IP(&subnet.ip));
    } else {
        snprintf(label.s, sizeof(label.s), "%zu", slot);
    }
    return label;
}

static void put_rows(const struct picture *p, const struct felt_netconf *config, FILE *out)
{
    size_t width = 0;

    for (size_t at = 0; at < p->n_cells; at += FELT_SLOT_PICTURE_COLUMNS)
        width = FELT_MAX(width, strlen(label_of(config, at * p->per_cell).s));
    for (size_t at = 0; at < p->n_cells; at += FELT_SLOT_PICTURE_COLUMNS) {
        fprintf(out, "%-*s  ", (int)width, label_of(config, at * p->per_cell).s);
        for (size_t i = at; i < p->n_cells && i < at + FELT_SLOT_PICTURE_COLUMNS; i++)
            put_cell(&p->cells[i], out);
        fputc('\n', out);
    }
}

static int put_owners(const struct picture *p, const struct felt_netconf *config, FILE *out)
{
    static const char *const headings[] = {"MAP", "NODE", "ID", "STATE", "SUBNETS", "USES"};
    _cleanup_(felt_table_freep) struct felt_table *table =
        felt_table_new(FELT_ARRAY_LEN(headings), headings);

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(p->owners); i++) {
        const json_t *o = json_array_get(p->owners, i), *lease = json_object_get(o, "lease");
        const char *name = json_string_value(json_object_get(o, "name"));
        char sign[2] = {(char)('a' + i % LETTERS), '\0'}, id[FELT_ID_SHORT_LEN + 1], slots[24];
        const char *node = json_string_value(json_object_get(o, "node"));
        struct label uses = {""};

        snprintf(id, sizeof(id), "%s", node ? node : "");
        snprintf(slots, sizeof(slots), "%" JSON_INTEGER_FORMAT, number(o, "slots"));
        if (json_is_integer(lease))
            uses = label_of(config, (size_t)json_integer_value(lease));
        if (felt_table_add(table,
                           (const char *const[]){sign, name ? name : "(no member any more)", id,
                                                 json_string_value(json_object_get(o, "state")),
                                                 slots, uses.s}) < 0)
            return -ENOMEM;
    }
    felt_table_print(table, out);
    return 0;
}

int felt_slot_picture(const json_t *slots, const struct felt_netconf *config, FILE *out)
{
    const json_t *runs = json_object_get(slots, "runs");
    _cleanup_(felt_freep) struct cell *cells = NULL;
    struct picture p = {.owners = json_object_get(slots, "owners")};
    json_int_t total = number(slots, "total");
    const size_t most = (size_t)FELT_SLOT_PICTURE_COLUMNS * FELT_SLOT_PICTURE_ROWS;

    if (total <= 0 || total > SLOTS_MAX) {
        fprintf(out, "the network is not known yet\n");
        return 0;
    }
    p.total = (size_t)total;
    p.per_cell = (p.total + most - 1) / most;
    p.n_cells = (p.total + p.per_cell - 1) / p.per_cell;
    p.cells = cells = calloc(p.n_cells, sizeof(*cells));
    if (!cells)
        return -ENOMEM;
    for (size_t i = 0; i < p.n_cells; i++)
        cells[i].owner = NOBODY;
    for (size_t i = 0; i < json_array_size(runs); i++)
        paint_run(&p, json_array_get(runs, i));
    paint_leases(&p);
    if (p.per_cell > 1)
        fprintf(out, "%zu subnets, %zu to a letter; * several owners\n\n", p.total, p.per_cell);
    else
        fprintf(out, "%zu subnets; a capital is in use\n\n", p.total);
    put_rows(&p, config, out);
    fputc('\n', out);
    return put_owners(&p, config, out);
}
