/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/prng.h"
#include "lease/proposal.h"
#include "lease/value.h"
#include "lease/voice.h"
#include "tests/unit/lease/owner.h"

#define SLOTS 10

struct scene {
    struct felt_slot_map *map; /* 1: slots 0 to 3; 2: 4 to 6; 3: 7 to 9 */
    struct felt_proposal p;    /* of owner 1, who suspects 3 */
};

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    s->map = map_of(SLOTS, 1);
    set_slots(s->map, 4, 3, 2);
    set_slots(s->map, 7, 3, 3);
    s->p.era = 1;
    s->p.ballot = (struct felt_ballot){.round = 1, .id = owner(1)};
    s->p.n_suspects = 1;
    s->p.suspects[0].id = owner(3);
    assert_int_equal(felt_proposal_begin(&s->p, SLOTS), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;

    felt_proposal_done(&s->p);
    felt_slot_map_free(s->map);
    free(s);
    return 0;
}

static void promised(struct scene *s, const struct felt_slot_map *map, uint32_t n, uint32_t silent,
                     const struct felt_ballot *accepted, const struct felt_value *value)
{
    static const struct felt_ballot none;
    static const struct felt_value nothing;
    struct felt_id voter = owner(n);
    struct felt_voice voice;

    felt_voice_of(map, &voter, &voice);
    felt_proposal_promised(&s->p, s->map, &voter, &voice, silent, accepted ? accepted : &none,
                           value ? value : &nothing);
}

static void accepted(struct scene *s, uint32_t n)
{
    struct felt_id voter = owner(n);
    struct felt_voice voice;

    felt_voice_of(s->map, &voter, &voice);
    felt_proposal_accepted(&s->p, s->map, &voter, &voice);
}

/* L-6.3.3. */
static void a_slot_counts_once_whoever_lists_it_and_however_often(void **state)
{
    struct felt_slot_map *stale = map_of(SLOTS, 2); /* 2 has not heard of any gift that it made */
    struct scene *s = *state;

    promised(s, s->map, 1, 1, NULL, NULL);
    promised(s, s->map, 1, 1, NULL, NULL);
    assert_int_equal(s->p.n_counted, 4);
    assert_false(felt_proposal_majority(&s->p));
    promised(s, s->map, 2, 1, NULL, NULL);
    assert_int_equal(s->p.n_counted, 7);
    assert_true(felt_proposal_majority(&s->p));
    promised(s, stale, 2, 1, NULL, NULL);
    assert_int_equal(s->p.n_counted, SLOTS);
    felt_slot_map_free(stale);
}

static void exactly_half_is_no_majority(void **state)
{
    struct scene *s = *state;
    struct felt_id voter = owner(1);
    struct felt_voice voice = {.whole = true, .n = 1, .ranges = {{.first = 0, .count = SLOTS / 2}}};
    struct felt_ballot none = {0};

    felt_proposal_promised(&s->p, s->map, &voter, &voice, 1, &none, &s->p.value);
    assert_false(felt_proposal_majority(&s->p));
    voice.ranges[0].count++;
    felt_proposal_promised(&s->p, s->map, &voter, &voice, 1, &none, &s->p.value);
    assert_true(felt_proposal_majority(&s->p));
}

/* L-6.3.4. */
static void what_every_voter_finds_silent_goes_to_the_proposer(void **state)
{
    struct scene *s = *state;
    struct felt_id self = owner(1);

    promised(s, s->map, 1, 1, NULL, NULL);
    promised(s, s->map, 2, 1, NULL, NULL);
    assert_true(felt_proposal_choose(&s->p, s->map, &self));
    assert_true(felt_id_equal(&s->p.value.heir, &self));
    assert_int_equal(s->p.value.n, 1);
    assert_int_equal(s->p.value.ranges[0].first, 7);
    assert_int_equal(s->p.value.ranges[0].count, 3);
    assert_int_equal(s->p.phase, FELT_PROPOSAL_ACCEPTING);
}

static void one_voter_that_hears_it_saves_an_owner(void **state)
{
    struct scene *s = *state;
    struct felt_id self = owner(1);

    promised(s, s->map, 1, 1, NULL, NULL);
    promised(s, s->map, 2, 0, NULL, NULL);
    assert_false(felt_proposal_choose(&s->p, s->map, &self));
    assert_int_equal(s->p.phase, FELT_PROPOSAL_PREPARING);
}

static void what_was_accepted_at_the_largest_ballot_is_proposed_again(void **state)
{
    struct felt_ballot low = {.round = 1, .id = owner(2)}, high = {.round = 1, .id = owner(3)};
    struct felt_value v = {.heir = owner(2), .n = 1, .ranges = {{.first = 0, .count = 1}}}, w = v;
    struct scene *s = *state;
    struct felt_id self = owner(1);

    w.heir = owner(3);
    promised(s, s->map, 1, 1, &high, &w);
    promised(s, s->map, 2, 1, &low, &v);
    assert_true(felt_proposal_choose(&s->p, s->map, &self));
    assert_true(felt_value_equal(&s->p.value, &w));
}

static void a_superseded_owner_goes_first_and_to_who_supersedes_it(void **state)
{
    struct scene *s = *state;
    struct felt_id self = owner(1), heir = owner(8);

    s->p.n_suspects = 2;
    s->p.suspects[1].id = owner(2);
    s->p.heirs[1] = heir;
    assert_int_equal(felt_proposal_begin(&s->p, SLOTS), 0);
    promised(s, s->map, 1, 3, NULL, NULL);
    promised(s, s->map, 3, 3, NULL, NULL);
    assert_true(felt_proposal_choose(&s->p, s->map, &self));
    assert_true(felt_id_equal(&s->p.value.heir, &heir));
    assert_int_equal(s->p.value.n, 1);
    assert_int_equal(s->p.value.ranges[0].first, 4);
}

static void acceptances_are_counted_anew(void **state)
{
    struct scene *s = *state;
    struct felt_id self = owner(1);

    promised(s, s->map, 1, 1, NULL, NULL);
    promised(s, s->map, 2, 1, NULL, NULL);
    assert_true(felt_proposal_choose(&s->p, s->map, &self));
    assert_int_equal(s->p.n_counted, 0);
    accepted(s, 1);
    assert_false(felt_proposal_majority(&s->p));
    accepted(s, 2);
    assert_true(felt_proposal_majority(&s->p));
}

/* A voter with more ranges than a message holds. */
static void a_voice_that_is_not_whole_counts_in_full_only_where_the_maps_are_equal(void **state)
{
    struct felt_slot_map *map = map_of(400, 1), *other = map_of(400, 1);
    struct felt_ballot none = {0};
    struct felt_id voter = owner(2);
    struct felt_proposal p = {.era = 1};
    struct felt_voice voice;

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        set_slots(map, 4 * i, 2, 2);
    felt_voice_of(map, &voter, &voice);
    assert_false(voice.whole);
    assert_int_equal(felt_proposal_begin(&p, 400), 0);
    felt_proposal_promised(&p, other, &voter, &voice, 0, &none, &p.value);
    assert_int_equal(p.n_counted, 2 * FELT_VOICE_RANGES_MAX);
    felt_proposal_promised(&p, map, &voter, &voice, 0, &none, &p.value);
    assert_int_equal(p.n_counted, 200);
    assert_false(felt_proposal_majority(&p));
    felt_proposal_done(&p);
    felt_slot_map_free(map);
    felt_slot_map_free(other);
}

/* Whoever owns what: two majorities share a slot, so two ballots share a voter. */
static void two_majorities_always_share_a_slot(void **state)
{
    struct felt_prng prng;

    (void)state;
    felt_prng_init(&prng, 5);
    for (unsigned round = 0; round < 500; round++) {
        uint32_t n_slots = 1 + (uint32_t)felt_prng_below(&prng, 40);
        struct felt_slot_map *map = map_of(n_slots, 1);
        struct felt_proposal p[2] = {0};
        bool shared = false;

        for (uint32_t slot = 0; slot < n_slots; slot++)
            set_slots(map, slot, 1, 1 + (uint32_t)felt_prng_below(&prng, 6));
        for (unsigned k = 0; k < 2; k++) {
            assert_int_equal(felt_proposal_begin(&p[k], n_slots), 0);
            for (uint32_t n = 1; n <= 6; n++) {
                struct felt_ballot none = {0};
                struct felt_id voter = owner(n);
                struct felt_voice voice;

                if (felt_prng_below(&prng, 3) == 0)
                    continue;
                felt_voice_of(map, &voter, &voice);
                felt_proposal_promised(&p[k], map, &voter, &voice, 0, &none, &p[k].value);
            }
        }
        for (uint32_t i = 0; i < (n_slots + 7) / 8; i++)
            shared |= (p[0].counted[i] & p[1].counted[i]) != 0;
        if (felt_proposal_majority(&p[0]) && felt_proposal_majority(&p[1]))
            assert_true(shared);
        felt_proposal_done(&p[0]);
        felt_proposal_done(&p[1]);
        felt_slot_map_free(map);
    }
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_slot_counts_once_whoever_lists_it_and_however_often),
        SCENE(exactly_half_is_no_majority),
        SCENE(what_every_voter_finds_silent_goes_to_the_proposer),
        SCENE(one_voter_that_hears_it_saves_an_owner),
        SCENE(what_was_accepted_at_the_largest_ballot_is_proposed_again),
        SCENE(a_superseded_owner_goes_first_and_to_who_supersedes_it),
        SCENE(acceptances_are_counted_anew),
        cmocka_unit_test(a_voice_that_is_not_whole_counts_in_full_only_where_the_maps_are_equal),
        cmocka_unit_test(two_majorities_always_share_a_slot),
    };

    return RUN_TESTS(tests);
}
