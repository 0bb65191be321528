/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target without libFuzzer, as a regression test: on every file of its corpus, on every
 * beginning of it, and with every bit of it flipped. The corpus is that of the program's name. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (64 * 1024) /* bytes of a file */

/* In memory of exactly that length, so that a sanitizer or valgrind sees any read behind it. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size + !size);

    assert(exact);
    memcpy(exact, data, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void whole(uint8_t *data, size_t size)
{
    run(data, size);
}

static void beginnings(uint8_t *data, size_t size)
{
    for (size_t len = 0; len < size; len++)
        run(data, len);
}

static void flipped_bits(uint8_t *data, size_t size)
{
    for (size_t bit = 0; bit < size * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        run(data, size);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* Calls each for every file; how many there were, or -1. */
static int for_each(const char *dir, void (*each)(uint8_t *data, size_t size))
{
    static uint8_t data[INPUT_MAX];
    const struct dirent *e;
    DIR *d = opendir(dir);
    int n = 0;

    if (!d)
        return -1;
    while ((e = readdir(d))) {
        char path[4096];
        FILE *f;

        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        f = fopen(path, "rb");
        if (!f)
            continue;
        each(data, fread(data, 1, sizeof(data), f));
        fclose(f);
        n++;
    }
    closedir(d);
    return n;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *what;
        void (*each)(uint8_t *data, size_t size);
    } rounds[] = {{"each as it is", whole},
                  {"each beginning", beginnings},
                  {"each bit flipped", flipped_bits}};
    const char *srcdir = getenv("srcdir"), *name = strrchr(argv[0], '/');
    char dir[3072];
    int failed = 0;

    name = name ? name + 1 : argv[0];
    if (strncmp(name, "fuzz_", 5) == 0)
        name += 5;
    snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
    if (argc > 1)
        snprintf(dir, sizeof(dir), "%s", argv[1]);
    setvbuf(stdout, NULL, _IONBF, 0); /* a target that aborts takes a buffer along */
    printf("1..%zu\n", FELT_ARRAY_LEN(rounds));
    for (size_t i = 0; i < FELT_ARRAY_LEN(rounds); i++) {
        int n = for_each(dir, rounds[i].each);

        printf("%s %zu - %s: %s of %d files\n", n > 0 ? "ok" : "not ok", i + 1, name,
               rounds[i].what, n);
        failed += n <= 0;
    }
    return failed > 0;
}
