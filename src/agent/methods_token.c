/* SPDX-License-Identifier: Apache-2.0 */
/* CreateToken of io.felt. */
#include "agent/methods.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "agent/options.h"
#include "crypto/token.h"
#include "node/view.h"

#define SEEDS_OF_OTHERS   3                         /* so that a token outlives this node */
#define EXPIRES_S_DEFAULT (24 * 60 * 60)            /* a day, as kubeadm's */
#define EXPIRES_S_MAX     (100ll * 366 * 24 * 3600) /* a century; no overflow of anything */

static bool is_reachable(const struct felt_endpoint *endpoint)
{
    return endpoint->ip.family != FELT_FAMILY_NONE && endpoint->port != 0 &&
           !felt_ip_is_any(&endpoint->ip);
}

static void add_seed(struct felt_token *token, const struct felt_endpoint *seed)
{
    for (unsigned i = 0; i < token->n_seeds; i++) {
        if (felt_endpoint_equal(&token->seeds[i], seed))
            return;
    }
    token->seeds[token->n_seeds++] = *seed;
}

/* 0, or -EINVAL where one is no address or there are too many. */
static int seeds_from_parameters(const json_t *seeds, struct felt_token *token)
{
    struct felt_endpoint seed;

    if (json_array_size(seeds) > FELT_TOKEN_SEEDS_MAX)
        return -EINVAL;
    for (size_t i = 0; i < json_array_size(seeds); i++) {
        const char *text = json_string_value(json_array_get(seeds, i));

        if (!text || felt_endpoint_parse(text, FELT_PORT, &seed) < 0 || !is_reachable(&seed))
            return -EINVAL;
        add_seed(token, &seed);
    }
    return 0;
}

static void seeds_from_members(const struct felt_methods_context *c,
                               const struct felt_self_view *self, struct felt_token *token)
{
    struct felt_member_view m;
    unsigned others = 0;

    if (is_reachable(&self->advertise))
        add_seed(token, &self->advertise);
    for (uint32_t i = 0;
         others < SEEDS_OF_OTHERS && felt_node_next_member(c->node, c->now_us(), &i, &m);) {
        if (m.self || m.state != FELT_MEMBER_ALIVE || !is_reachable(&m.advertise))
            continue;
        add_seed(token, &m.advertise);
        others++;
    }
}

/* 0, or -EINVAL. */
static int expiry_from_parameters(const json_t *expires, uint64_t *ret_expires_s)
{
    json_int_t s = EXPIRES_S_DEFAULT;

    if (expires && !json_is_null(expires)) {
        if (!json_is_integer(expires))
            return -EINVAL;
        s = json_integer_value(expires);
    }
    if (s < 0 || s > EXPIRES_S_MAX)
        return -EINVAL;
    *ret_expires_s = s == 0 ? 0 : (uint64_t)time(NULL) + (uint64_t)s;
    return 0;
}

static json_t *token_reply(const struct felt_token *token)
{
    char text[FELT_TOKEN_TEXT_MAX];
    json_t *seeds = json_array(), *reply;

    for (unsigned i = 0; i < token->n_seeds; i++)
        json_array_append_new(seeds, json_string(FELT_ENDPOINT(&token->seeds[i])));
    felt_token_format(token, text);
    reply = json_pack("{s:s, s:o, s:o}", "token", text, "seeds", seeds, "expires",
                      token->expires_s ? json_integer((json_int_t)token->expires_s) : json_null());
    explicit_bzero(text, sizeof(text));
    return reply;
}

void felt_methods_create_token(const struct felt_methods_context *c, const json_t *parameters,
                               struct felt_varlink_answer *ret_answer)
{
    const json_t *seeds = json_object_get(parameters, "seeds");
    struct felt_self_view self;
    struct felt_token token = {0};

    felt_node_self(c->node, &self);
    if (!self.in_cluster) {
        ret_answer->error = "io.felt.NotInCluster";
        return;
    }
    if (seeds && !json_is_null(seeds) && !json_is_array(seeds)) {
        felt_varlink_answer_invalid(ret_answer, "seeds");
        return;
    }
    if (seeds_from_parameters(seeds, &token) < 0) {
        felt_varlink_answer_invalid(ret_answer, "seeds");
        return;
    }
    if (expiry_from_parameters(json_object_get(parameters, "expires_s"), &token.expires_s) < 0) {
        felt_varlink_answer_invalid(ret_answer, "expires_s");
        return;
    }
    if (token.n_seeds == 0)
        seeds_from_members(c, &self, &token);
    if (token.n_seeds == 0) {
        ret_answer->error = "io.felt.NoSeeds";
        return;
    }
    memcpy(token.cluster, self.cluster, sizeof(token.cluster));
    token.key = *c->key;
    ret_answer->parameters = token_reply(&token);
    felt_key_wipe(&token.key);
}
