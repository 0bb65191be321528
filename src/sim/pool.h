/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of one size, given back and used again: millions of datagrams pass, few are on their way
 * at one time. */
#pragma once

#include <stddef.h>

#include "base/idiom.h"

struct sim_pool;

/* Memory that is short ends the program: a simulator without memory proves nothing. */
struct sim_pool *sim_pool_new(size_t block_len);
/* All blocks must have been given back, or are gone with it. */
void sim_pool_free(struct sim_pool *pool);
FELT_DEFINE_CLEANUP(struct sim_pool *, sim_pool_free)

/* Not zeroed. */
void *sim_pool_take(struct sim_pool *pool);
/* NULL is nothing. */
void sim_pool_give(struct sim_pool *pool, void *block);

/* malloc, calloc and realloc that end the program where memory is short. */
void *sim_alloc(size_t len);
void *sim_zalloc(size_t n, size_t len);
void *sim_realloc(void *old, size_t n, size_t len);
