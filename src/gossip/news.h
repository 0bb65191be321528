/* SPDX-License-Identifier: Apache-2.0 */
/* What others say of how members stand, and of us (proto/gossip.md 3.2, 3.4). Private to gossip. */
#pragma once

#include <stdint.h>

#include "base/verdict.h"
#include "wire/message.h"

struct felt_swim;

/* As felt_swim_rumour(). */
enum felt_verdict felt_news_heard(struct felt_swim *swim, const struct felt_liveness *news);
