/* SPDX-License-Identifier: Apache-2.0 */
/* A dead member is tried again for ever: only so does a partition heal by itself
 * (proto/gossip.md G-3.1.5). Private to gossip. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct felt_swim;

struct felt_knock {
    uint32_t target; /* FELT_MEMBER_NONE: none waits for an answer */
    uint32_t seq;
};

void felt_knock_init(struct felt_knock *knock);
/* Somebody is dead: sees to it that knocking goes on. */
void felt_knock_arm(struct felt_swim *swim);
void felt_knock_due(struct felt_swim *swim);
/* True where seq is that of our knock at member i. */
bool felt_knock_ack(struct felt_swim *swim, uint32_t i, uint32_t seq);
void felt_knock_forget(struct felt_swim *swim, uint32_t i);
