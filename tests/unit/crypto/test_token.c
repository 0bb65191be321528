/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idiom.h"
#include "base/prng.h"
#include "crypto/token.h"

static struct felt_token small(void)
{
    struct felt_token token = {.cluster = {1, 2, 3, 4, 5, 6, 7, 8}};

    for (size_t i = 0; i < FELT_KEY_LEN; i++)
        token.key.secret[i] = (uint8_t)i;
    return token;
}

static bool equal(const struct felt_token *a, const struct felt_token *b)
{
    if (memcmp(a->cluster, b->cluster, 8) != 0 || memcmp(&a->key, &b->key, sizeof(a->key)) != 0 ||
        a->expires_s != b->expires_s || a->n_seeds != b->n_seeds)
        return false;
    for (size_t i = 0; i < a->n_seeds; i++)
        if (!felt_endpoint_equal(&a->seeds[i], &b->seeds[i]))
            return false;
    return true;
}

/* From memory of exactly its length. */
static int parse(const char *text, struct felt_token *ret)
{
    _cleanup_(felt_freep) char *exact = strdup(text);

    assert_non_null(exact);
    return felt_token_parse(exact, ret);
}

static void assert_survives(const struct felt_token *token)
{
    char text[FELT_TOKEN_TEXT_MAX];
    struct felt_token back;

    felt_token_format(token, text);
    assert_true(strlen(text) < FELT_TOKEN_TEXT_MAX);
    assert_true(felt_token_is(text));
    assert_int_equal(parse(text, &back), 0);
    assert_true(equal(token, &back));
}

/* T-2: worked out apart from this code. */
static void the_text_of_a_token_never_changes(void **state)
{
    struct felt_token token = small();
    char text[FELT_TOKEN_TEXT_MAX];

    (void)state;
    token.expires_s = 1700000000;
    token.n_seeds = 2;
    assert_int_equal(felt_endpoint_parse("192.0.2.1:8470", 0, &token.seeds[0]), 0);
    assert_int_equal(felt_endpoint_parse("[2001:db8::1]:8471", 0, &token.seeds[1]), 0);
    felt_token_format(&token, text);
    assert_string_equal(
        text,
        "felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAABlU_EAAgTAAAIBIRYGIAENuAAAAAAAAAAAAAAAASEX7NrJAVa41DA");
}

static void a_token_without_seeds_and_one_with_all_survive(void **state)
{
    struct felt_token token = small();

    (void)state;
    assert_survives(&token);
    token.expires_s = UINT64_MAX;
    token.n_seeds = FELT_TOKEN_SEEDS_MAX;
    for (size_t i = 0; i < FELT_TOKEN_SEEDS_MAX; i++) {
        token.seeds[i] =
            (struct felt_endpoint){.ip = {.family = FELT_FAMILY_V6}, .port = UINT16_MAX};
        memset(token.seeds[i].ip.bytes, 0xff, 16);
    }
    assert_survives(&token);
}

static void random_tokens_survive(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 1);
    for (unsigned n = 0; n < 2000; n++) {
        struct felt_token token = {.expires_s = felt_prng_next(&prng)};

        for (size_t i = 0; i < FELT_KEY_LEN; i++)
            token.key.secret[i] = (uint8_t)felt_prng_next(&prng);
        felt_put_be64(token.cluster, felt_prng_next(&prng));
        token.n_seeds = (uint8_t)felt_prng_below(&prng, FELT_TOKEN_SEEDS_MAX + 1);
        for (size_t i = 0; i < token.n_seeds; i++) {
            token.seeds[i].port = (uint16_t)(1 + felt_prng_below(&prng, UINT16_MAX));
            token.seeds[i].ip = felt_ip_v4((uint32_t)felt_prng_next(&prng));
            if (felt_prng_below(&prng, 2))
                token.seeds[i].ip.family = FELT_FAMILY_V6;
        }
        assert_survives(&token);
    }
}

/* T-3 */
static void a_damaged_token_is_still_known_as_one(void **state)
{
    (void)state;
    assert_true(felt_token_is("felt1-"));
    assert_true(felt_token_is("felt1-garbage"));
    assert_true(felt_token_is("felt2-garbage"));
    assert_true(felt_token_is("felt10-x"));
    assert_false(felt_token_is(""));
    assert_false(felt_token_is("felt"));
    assert_false(felt_token_is("felt-1"));
    assert_false(felt_token_is("felt1"));
    assert_false(felt_token_is("felt1.example.org"));
    assert_false(felt_token_is("Felt1-x"));
    assert_false(felt_token_is(" felt1-x"));
    assert_false(felt_token_is("192.0.2.1"));
}

static void a_newer_kind_is_told_from_a_damaged_one(void **state)
{
    struct felt_token token;

    (void)state;
    assert_int_equal(parse("felt2-AAAA", &token), -EPROTONOSUPPORT);
    assert_int_equal(parse("felt10-AAAA", &token), -EPROTONOSUPPORT);
    assert_int_equal(parse("felt1-AAAA", &token), -EINVAL);
    assert_int_equal(parse("felt1-", &token), -EINVAL);
    assert_int_equal(parse("host", &token), -EINVAL);
    assert_int_equal(parse("", &token), -EINVAL);
}

static void any_other_character_and_any_cut_is_noticed_and_touches_nothing(void **state)
{
    char text[FELT_TOKEN_TEXT_MAX], bad[FELT_TOKEN_TEXT_MAX + 1];
    struct felt_token token = small(), out, before;
    size_t len;

    (void)state;
    token.n_seeds = 1;
    token.seeds[0] = (struct felt_endpoint){.ip = felt_ip_v4(1), .port = 1};
    felt_token_format(&token, text);
    len = strlen(text);
    memset(&out, 0x55, sizeof(out));
    before = out;
    for (size_t i = 0; i < len; i++) {
        strcpy(bad, text);
        bad[i] = '\0';
        assert_int_equal(parse(bad, &out), -EINVAL);
        for (unsigned byte = 1; byte < 256; byte++) {
            char c = (char)byte;
            int want = i == 4 && c >= '0' && c <= '9' ? -EPROTONOSUPPORT : -EINVAL;

            if (c == text[i])
                continue;
            bad[i] = c;
            memcpy(bad + i + 1, text + i + 1, len - i);
            /* "felt1x...-" is one of a newer kind if the rest has a hyphen. */
            if (i == 5 && felt_token_is(bad))
                want = -EPROTONOSUPPORT;
            assert_int_equal(parse(bad, &out), want);
        }
    }
    strcpy(bad, text);
    strcat(bad, "=");
    assert_int_equal(parse(bad, &out), -EINVAL);
    strcpy(bad, text);
    strcat(bad, "\n");
    assert_int_equal(parse(bad, &out), -EINVAL);
    assert_memory_equal(&out, &before, sizeof(out));
}

/* Tokens that felt_token_format() would not make, worked out apart from this code. */
static void seeds_that_are_no_endpoints_are_refused_though_the_checksum_fits(void **state)
{
    static const struct {
        const char *text;
        int want;
    } cases[] = {
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAQTAAAIBIRY3MHzr8aKGIA",
         0}, /* one good seed */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAQTAAAIBAAAqMQ4c3ToQPA",
         -EINVAL}, /* a port of zero */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAQXAAAIBIRbhVo4QM-8Tpw",
         -EINVAL}, /* a family of its own */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAQAAAcZQf9-Oes48",
         -EINVAL}, /* no family */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAgTAAAIBIRaetokZ1qSvxQ",
         -EINVAL}, /* a seed fewer than said */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAQTAAAIBIRYEwAACASEWFLMSfFmhx_k",
         -EINVAL}, /* a seed more than said */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAbnn4mXH-GFh",
         -EINVAL}, /* seeds said, none there */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAAAQTAAAIBIXIXcdHXBqBn",
         -EINVAL}, /* half a seed */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAACQTAAAIBIRYEwAACASEWBMAAAgEhFgTAAAIBIRYEwAACASEWBMAAAgEhFgTAAAIBIRYEwAACASEWBMAAAgEhFop0DvbD86bM",
         -EINVAL}, /* nine seeds */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAACAYgAQ24AAAAAAAAAAAAAAABIRcGIAENuAAAAAAAAAAAAAAAASEXBiABDbgAAAAAAAAAAAAAAAEhFwYgAQ24AAAAAAAAAAAAAAABIRcGIAENuAAAAAAAAAAAAAAAASEXBiABDbgAAAAAAAAAAAAAAAEhFwYgAQ24AAAAAAAAAAAAAAABIRcGIAENuAAAAAAAAAAAAAAAASEXANzvMzzRvN1U",
         -EINVAL}, /* eight large seeds and a byte */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAACAYgAQ24AAAAAAAAAAAAAAABIRcGIAENuAAAAAAAAAAAAAAAASEXBiABDbgAAAAAAAAAAAAAAAEhFwYgAQ24AAAAAAAAAAAAAAABIRcGIAENuAAAAAAAAAAAAAAAASEXBiABDbgAAAAAAAAAAAAAAAEhFwYgAQ24AAAAAAAAAAAAAAABIRcGIAENuAAAAAAAAAAAAAAAASEXPzwB-SJ8wa4",
         0}, /* eight large seeds */
        {"felt1-AQIDBAUGBwgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAAAAAAAA_0PQsvvyYkyr",
         -EINVAL}, /* 255 seeds, none there */
    };
    struct felt_token token;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++)
        assert_int_equal(parse(cases[i].text, &token), cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_a_token_never_changes),
        cmocka_unit_test(a_token_without_seeds_and_one_with_all_survive),
        cmocka_unit_test(random_tokens_survive),
        cmocka_unit_test(a_damaged_token_is_still_known_as_one),
        cmocka_unit_test(a_newer_kind_is_told_from_a_damaged_one),
        cmocka_unit_test(any_other_character_and_any_cut_is_noticed_and_touches_nothing),
        cmocka_unit_test(seeds_that_are_no_endpoints_are_refused_though_the_checksum_fits),
    };

    return RUN_TESTS(tests);
}
