/* SPDX-License-Identifier: Apache-2.0 */
/* A small cluster with a script: what it logs, line by line, is in NAME.story beside this file.
 * Lines that begin with "--" are what the script does. Times are virtual and nothing happens by
 * chance, so a difference is a change of behaviour. Where it is meant: UPDATE_STORIES=1 in the
 * environment writes the files anew; read the difference before it is committed. */
#pragma once

#include "tests/support/world.h"

#define SECONDS(n)    ((n)*FELT_USEC_SEC)
#define NETWORK       "{\"Network\":\"10.1.0.0/16\"}"
#define THREE_SUBNETS "{\"Network\":\"10.2.0.0/28\",\"SubnetLen\":30}"
#define STORY_MAX     65536

struct story {
    const char *name;
    struct world *w; /* what the script is about */
    size_t len;
    char text[STORY_MAX]; /* so far */
};

/* Runs the script, and fails the test where it is not the story of that name, or where somebody
 * took another's slot for its own. */
void story_run(const char *name, void (*script)(struct story *s));

/* What happened up to now, and then what the script does. */
void story_say(struct story *s, const char *what);

/* a founds; another one joins through it, as what says; both and c, and they agree. */
void story_found(struct story *s, const char *net_config);
void story_join(struct story *s, const char *what);
void story_three(struct story *s);
