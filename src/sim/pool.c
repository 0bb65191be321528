/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pool.h"

#include <stdint.h>
#include <stdio.h>

#define CHUNK_BLOCKS 64

struct chunk {
    struct chunk *next;
    max_align_t blocks[];
};

struct free_block {
    struct free_block *next;
};

struct sim_pool {
    size_t block_len;
    struct chunk *chunks;
    struct free_block *free_blocks;
};

static void *checked(void *p)
{
    if (!p) {
        fputs("felt-sim: out of memory\n", stderr);
        exit(2);
    }
    return p;
}

void *sim_alloc(size_t len)
{
    return checked(malloc(FELT_MAX(len, (size_t)1)));
}

void *sim_zalloc(size_t n, size_t len)
{
    return checked(calloc(FELT_MAX(n, (size_t)1), len));
}

void *sim_realloc(void *old, size_t n, size_t len)
{
    return checked(reallocarray(old, FELT_MAX(n, (size_t)1), len));
}

struct sim_pool *sim_pool_new(size_t block_len)
{
    struct sim_pool *pool = sim_zalloc(1, sizeof(*pool));
    size_t unit = sizeof(max_align_t);

    pool->block_len = (FELT_MAX(block_len, sizeof(struct free_block)) + unit - 1) / unit * unit;
    return pool;
}

void sim_pool_free(struct sim_pool *pool)
{
    if (!pool)
        return;
    while (pool->chunks) {
        struct chunk *chunk = pool->chunks;

        pool->chunks = chunk->next;
        free(chunk);
    }
    free(pool);
}

static void grow(struct sim_pool *pool)
{
    struct chunk *chunk = sim_alloc(sizeof(*chunk) + CHUNK_BLOCKS * pool->block_len);

    chunk->next = pool->chunks;
    pool->chunks = chunk;
    for (size_t i = 0; i < CHUNK_BLOCKS; i++)
        sim_pool_give(pool, (uint8_t *)chunk->blocks + i * pool->block_len);
}

void *sim_pool_take(struct sim_pool *pool)
{
    struct free_block *block;

    if (!pool->free_blocks)
        grow(pool);
    block = pool->free_blocks;
    pool->free_blocks = block->next;
    return block;
}

void sim_pool_give(struct sim_pool *pool, void *block)
{
    struct free_block *free_block = block;

    if (!block)
        return;
    free_block->next = pool->free_blocks;
    pool->free_blocks = free_block;
}
