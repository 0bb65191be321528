/* SPDX-License-Identifier: Apache-2.0 */
#include "lease/acceptor.h"

#include "base/mutant.h"
#include "lease/value.h"

static bool raise(struct felt_ballot *ballot, const struct felt_ballot *to)
{
    if (felt_ballot_cmp(ballot, to) >= 0)
        return false;
    *ballot = *to;
    return true;
}

bool felt_acceptor_merge(struct felt_acceptor *acceptor, const struct felt_acceptor *from)
{
    bool news = raise(&acceptor->promised, &from->promised);

    if (raise(&acceptor->accepted, &from->accepted)) {
        acceptor->value = from->value;
        news = true;
    }
    if (!FELT_MUTANT(PROMISE_BELOW))
        raise(&acceptor->promised, &acceptor->accepted);
    return news;
}

enum felt_verdict felt_acceptor_prepare(struct felt_acceptor *acceptor,
                                        const struct felt_ballot *ballot)
{
    if (felt_ballot_cmp(&acceptor->promised, ballot) > 0 && !FELT_MUTANT(PROMISE_ANY))
        return FELT_VERDICT_STALE;
    acceptor->promised = *ballot;
    return FELT_VERDICT_TAKEN;
}

enum felt_verdict felt_acceptor_accept(struct felt_acceptor *acceptor,
                                       const struct felt_ballot *ballot,
                                       const struct felt_value *value)
{
    if (felt_ballot_cmp(&acceptor->promised, ballot) > 0 && !FELT_MUTANT(ACCEPT_ANY))
        return FELT_VERDICT_STALE;
    if (felt_ballot_cmp(&acceptor->accepted, ballot) == 0 &&
        !felt_value_equal(&acceptor->value, value))
        return FELT_VERDICT_MALFORMED;
    if (!FELT_MUTANT(PROMISE_BELOW))
        acceptor->promised = *ballot;
    acceptor->accepted = *ballot;
    acceptor->value = *value;
    return FELT_VERDICT_TAKEN;
}

void felt_acceptor_clear(struct felt_acceptor *acceptor)
{
    *acceptor = (struct felt_acceptor){0};
}
