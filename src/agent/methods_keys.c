/* SPDX-License-Identifier: Apache-2.0 */
/* ListKeys, RotateKey and RemoveKey of io.felt: keys by their ids, which every datagram shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/log.h"
#include "agent/methods.h"
#include "agent/methods_list.h"
#include "base/bytes.h"
#include "lease/waiting.h"

#define REFUSED       "io.felt.CannotChangeKey"
#define GRACE_DEFAULT (24 * 3600) /* seconds: whoever is back by the next day */
#define GRACE_MAX     (365 * 24 * 3600)
#define NAMES_SHOWN   5 /* of members in one line */

struct key_text {
    char s[2 * FELT_KEY_ID_LEN + 1];
};

static struct key_text text_of(const uint8_t id[FELT_KEY_ID_LEN])
{
    struct key_text text;

    felt_hex_encode(id, FELT_KEY_ID_LEN, text.s);
    return text;
}

static struct felt_keys_view look(const struct felt_methods_context *c)
{
    struct felt_keys_view v = {0};

    if (c->keys)
        c->keys(c->userdata, &v);
    else
        felt_key_id(c->key, v.sealing);
    return v;
}

/* ---- ListKeys ---- */

static json_t *waiting_of(const struct felt_methods_context *c)
{
    _cleanup_(felt_freep) struct felt_member_view *all = NULL;
    json_t *array = json_array();
    char id[FELT_ID_TEXT];
    size_t n = 0;

    all = felt_methods_list(c, &n);
    if (all)
        qsort(all, n, sizeof(*all), felt_methods_by_name);
    for (size_t i = 0; all && i < n; i++)
        if (all[i].lacks_key)
            json_array_append_new(array,
                                  json_pack("{s:s, s:o, s:s}", "id", felt_id_format(&all[i].id, id),
                                            "name", felt_methods_text(all[i].name), "state",
                                            felt_member_state_name(all[i].state)));
    return array;
}

/* Seconds; null: it has not begun. */
static json_t *grace_of(const struct felt_keys_view *v)
{
    if (v->phase != FELT_KEYRING_USED)
        return json_null();
    return json_integer((json_int_t)(v->grace_us / FELT_USEC_SEC));
}

static const char *step_of(const struct felt_keys_view *v)
{
    return v->phase == FELT_KEYRING_USED ? "used" : "installed";
}

/* The one that stays. */
static struct key_text new_of(const struct felt_keys_view *v)
{
    return text_of(v->phase == FELT_KEYRING_USED ? v->sealing : v->accepted);
}

json_t *felt_methods_rotation(const struct felt_methods_context *c)
{
    struct felt_keys_view v;

    if (!c->keys)
        return json_null();
    c->keys(c->userdata, &v);
    if (v.phase == FELT_KEYRING_ONE)
        return json_null();
    return json_pack("{s:s, s:s, s:I, s:o}", "step", step_of(&v), "to", new_of(&v).s, "waits_for",
                     (json_int_t)v.n_waiting, "accepted_for_s", grace_of(&v));
}

json_t *felt_methods_keys(const struct felt_methods_context *c)
{
    struct felt_keys_view v = look(c);
    json_t *keys =
        json_pack("[{s:s, s:b, s:n}]", "id", text_of(v.sealing).s, "seals", 1, "accepted_for_s");

    if (v.phase == FELT_KEYRING_ONE)
        return json_pack("{s:o, s:n}", "keys", keys, "rotation");
    json_array_append_new(keys, json_pack("{s:s, s:b, s:o}", "id", text_of(v.accepted).s, "seals",
                                          0, "accepted_for_s", grace_of(&v)));
    return json_pack("{s:o, s:{s:s, s:s, s:o}}", "keys", keys, "rotation", "step", step_of(&v),
                     "to", new_of(&v).s, "waits_for", waiting_of(c));
}

/* ---- RotateKey, RemoveKey ---- */

static void explain(enum felt_keys_refusal refusal, struct felt_varlink_answer *answer)
{
    switch (refusal) {
    case FELT_KEYS_NOT_READY:
        felt_methods_refuse(answer, REFUSED,
                            "this node has just started and others have not confirmed it yet, or "
                            "it is leaving: ask again, or another member");
        break;
    case FELT_KEYS_UNDER_WAY:
        felt_methods_refuse(answer, REFUSED,
                            "a rotation is under way; 'feltctl keys' says for whom it waits, and "
                            "'feltctl keys remove KEY' ends its grace");
        break;
    case FELT_KEYS_NOTHING:
        felt_methods_refuse(answer, REFUSED, "there is one key alone, and it stays");
        break;
    case FELT_KEYS_NOT_USED:
        felt_methods_refuse(answer, REFUSED,
                            "the new key is not used yet: members that are alive do not have it, "
                            "and would be lost; 'feltctl keys' names them");
        break;
    case FELT_KEYS_LAST_NOTICE:
    case FELT_KEYS_OK: /* but nothing came of it */
        felt_methods_refuse(answer, REFUSED, "feltd has no memory for it");
        break;
    }
}

static void change(const struct felt_methods_context *c, enum felt_keys_order order,
                   uint32_t grace_s, struct felt_varlink_answer *answer)
{
    enum felt_keys_refusal refusal = c->change_key(c->userdata, order, grace_s);
    struct felt_keys_view v;

    if (refusal != FELT_KEYS_OK) {
        explain(refusal, answer);
        return;
    }
    v = look(c);
    answer->parameters =
        json_pack("{s:s, s:I}", "id", text_of(order == FELT_KEYS_ROTATE ? v.accepted : v.sealing).s,
                  "save", (json_int_t)v.save);
}

void felt_methods_rotate_key(const struct felt_methods_context *c, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer)
{
    const json_t *grace = json_object_get(parameters, "grace_s");
    json_int_t s = GRACE_DEFAULT;

    if (grace && !json_is_null(grace)) {
        s = json_integer_value(grace);
        if (!json_is_integer(grace) || s < 1 || s > GRACE_MAX) {
            felt_varlink_answer_invalid(ret_answer, "grace_s");
            return;
        }
    }
    change(c, FELT_KEYS_ROTATE, (uint32_t)s, ret_answer);
}

void felt_methods_remove_key(const struct felt_methods_context *c, const json_t *parameters,
                             struct felt_varlink_answer *ret_answer)
{
    const char *id = json_string_value(json_object_get(parameters, "id"));
    struct felt_keys_view v = look(c);

    if (!id) {
        felt_varlink_answer_invalid(ret_answer, "id");
        return;
    }
    if (v.phase == FELT_KEYRING_USED && strcmp(id, text_of(v.accepted).s) != 0) {
        felt_methods_refuse(ret_answer, REFUSED,
                            "'%.20s' is not the key that is being replaced: that is %s", id,
                            text_of(v.accepted).s);
        return;
    }
    change(c, FELT_KEYS_REMOVE, 0, ret_answer);
}

/* ---- GetStatus ---- */

void felt_methods_key_problems(json_t *problems, const struct felt_methods_context *c,
                               const struct felt_member_view *all, size_t n)
{
    struct felt_keys_view v;
    char names[NAMES_SHOWN * (FELT_NAME_MAX + 3) + 40] = "", left[FELT_WAITING_TIME];
    size_t count = 0, len = 0;

    if (c->key_file_failing)
        felt_methods_add_problem(problems, "the cluster's new key could not be written into "
                                           "cluster.key: see the log; feltd writes it when it next "
                                           "starts");
    for (size_t i = 0; i < n; i++)
        if (all[i].lacks_key && count++ < NAMES_SHOWN)
            len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", len ? ", " : "",
                                    all[i].name);
    if (count == 0)
        return;
    if (count > NAMES_SHOWN)
        snprintf(names + len, sizeof(names) - len, " and %zu more", count - NAMES_SHOWN);
    v = look(c);
    if (v.phase == FELT_KEYRING_INSTALLED) {
        felt_methods_add_problem(problems,
                                 "the new cluster key waits for members that have not been heard "
                                 "to have it: %s",
                                 names);
        return;
    }
    felt_waiting_time(v.grace_us, left);
    felt_methods_add_problem(
        problems,
        "the old cluster key is accepted for %s more, for members without the new one: %s", left,
        names);
}
