/* SPDX-License-Identifier: Apache-2.0 */
/* What a save is for: told from the file that it replaces and the file that it makes, and not from
 * what the node means to do once it is done. One save may be for several things. */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

enum sim_save_kind {
    SIM_SAVE_FOUNDING,  /* a cluster, era 1, and all slots its own */
    SIM_SAVE_CANDIDATE, /* a candidate's promise */
    SIM_SAVE_JOINING,   /* the first map */
    SIM_SAVE_LEASE,     /* another lease than before */
    SIM_SAVE_GIFT,      /* slots that were its own are others', in one era */
    SIM_SAVE_PROMISE,   /* a larger ballot is promised */
    SIM_SAVE_ACCEPT,    /* a larger ballot is accepted */
    SIM_SAVE_DECISION,  /* the next era */
    SIM_SAVE_CATCH_UP,  /* a later one */
    SIM_SAVE_LEAVING,   /* in no cluster any more */
    SIM_SAVE_RENEWAL,   /* another identity */
    SIM_SAVE_KINDS,
};

/* Bits by kind; 0: of none of them, or `after` is no state. Before the first one is empty. */
uint32_t sim_save_kinds(struct felt_bytes before, struct felt_bytes after);
const char *sim_save_kind_name(enum sim_save_kind kind);
/* The names of a set; text has SIM_SAVE_KINDS_TEXT bytes. Returns it. */
#define SIM_SAVE_KINDS_TEXT 128
const char *sim_save_kinds_format(uint32_t kinds, char *text);
