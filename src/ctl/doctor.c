/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/doctor.h"

#include <ctype.h>
#include <string.h>

#include "ctl/paint.h"

#define CHECK_WIDTH 16 /* of the left columns */
#define STATE_WIDTH 8

static const struct felt_doctor_check checks[] = {
    {"feltd", felt_check_feltd},
    {"problems", felt_check_problems},
    {"files", felt_check_files},
    {"ip-forward", felt_check_ip_forward},
    {"forward-policy", felt_check_forward_policy},
    {"ports", felt_check_ports},
    {"bridges", felt_check_bridges},
    {"mtu", felt_check_mtu},
    {"public-ips", felt_check_public_ips},
    {"rp-filter", felt_check_rp_filter},
    {"managers", felt_check_managers},
    {"checksums", felt_check_checksums},
    {"neighbours", felt_check_neighbours},
    {"clock", felt_check_clock},
};

static const char *const state_names[] = {
    [FELT_DOCTOR_FINE] = "fine",
    [FELT_DOCTOR_UNKNOWN] = "unknown",
    [FELT_DOCTOR_WARNING] = "warning",
    [FELT_DOCTOR_PROBLEM] = "problem",
};

const struct felt_doctor_check *felt_doctor_checks(size_t *ret_n)
{
    *ret_n = FELT_ARRAY_LEN(checks);
    return checks;
}

void felt_doctor_find(struct felt_doctor_findings *to, enum felt_doctor_state state,
                      const char *fix, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    json_array_append_new(to->list, json_pack("{s:s, s:s, s:o, s:s?}", "check", to->check, "state",
                                              state_names[state], "what",
                                              json_vsprintf(format, args), "fix", fix));
    va_end(args);
}

json_t *felt_doctor_examine(const struct felt_doctor_facts *facts)
{
    struct felt_doctor_findings to = {.list = json_array()};

    for (size_t i = 0; to.list && i < FELT_ARRAY_LEN(checks); i++) {
        to.check = checks[i].name;
        checks[i].fn(facts, &to);
    }
    return to.list;
}

static enum felt_doctor_state state_of(const json_t *finding)
{
    const char *state = json_string_value(json_object_get(finding, "state"));

    for (size_t i = 0; state && i < FELT_ARRAY_LEN(state_names); i++)
        if (strcmp(state_names[i], state) == 0)
            return (enum felt_doctor_state)i;
    return FELT_DOCTOR_UNKNOWN;
}

bool felt_doctor_found(const json_t *findings)
{
    for (size_t i = 0; i < json_array_size(findings); i++)
        if (state_of(json_array_get(findings, i)) == FELT_DOCTOR_PROBLEM)
            return true;
    return false;
}

static void put_text(const char *text, FILE *out)
{
    for (const char *c = text ? text : "-"; *c != '\0'; c++)
        fputc(iscntrl((unsigned char)*c) ? '?' : *c, out);
    fputc('\n', out);
}

void felt_doctor_print(const json_t *findings, FILE *out)
{
    static const enum felt_paint paints[] = {
        [FELT_DOCTOR_FINE] = FELT_PAINT_GOOD,
        [FELT_DOCTOR_UNKNOWN] = FELT_PAINT_DIM,
        [FELT_DOCTOR_WARNING] = FELT_PAINT_WARN,
        [FELT_DOCTOR_PROBLEM] = FELT_PAINT_BAD,
    };

    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *f = json_array_get(findings, i);
        const char *fix = json_string_value(json_object_get(f, "fix"));
        enum felt_doctor_state state = state_of(f);

        fprintf(out, "%s%-*s%s%-*s", felt_paint(paints[state]), STATE_WIDTH, state_names[state],
                felt_paint(FELT_PAINT_PLAIN), CHECK_WIDTH,
                json_string_value(json_object_get(f, "check")));
        put_text(json_string_value(json_object_get(f, "what")), out);
        if (!fix)
            continue;
        fprintf(out, "%*s%sfix:%s ", STATE_WIDTH + CHECK_WIDTH, "", felt_paint(FELT_PAINT_BOLD),
                felt_paint(FELT_PAINT_PLAIN));
        put_text(fix, out);
    }
}

const struct felt_doctor_link *felt_doctor_link(const struct felt_doctor_facts *facts,
                                                const char *name)
{
    for (size_t i = 0; name && i < facts->n_links; i++)
        if (strcmp(facts->links[i].name, name) == 0)
            return &facts->links[i];
    return NULL;
}

const char *felt_doctor_device(const struct felt_doctor_facts *facts, size_t i)
{
    const json_t *kernel = json_object_get(facts->status, "kernel");

    return json_string_value(json_object_get(kernel, i == 0 ? "device" : "device6"));
}

const char *felt_doctor_underlay(const struct felt_doctor_facts *facts)
{
    return json_string_value(
        json_object_get(json_object_get(facts->status, "kernel"), "interface"));
}

void felt_doctor_facts_done(struct felt_doctor_facts *facts)
{
    json_decref(facts->status);
    json_decref(facts->members);
    for (size_t i = 0; i < FELT_ARRAY_LEN(facts->iptables); i++)
        free(facts->iptables[i]);
    free(facts->nft);
    for (size_t i = 0; i < facts->n_files; i++)
        free(facts->files[i].text);
    *facts = (struct felt_doctor_facts){0};
}
