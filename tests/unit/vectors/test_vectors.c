/* SPDX-License-Identifier: Apache-2.0 */
/* The golden vectors of tests/vectors: what another implementation would be held against. */
#include "tests/unit/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idiom.h"
#include "tests/support/messages.h"
#include "tests/unit/vectors/vectors.h"
#include "wire/reader.h"

#define VECTOR_MAX (2 * FELT_DATAGRAM_MAX) /* bytes; the longest is one that is too long */

struct vector {
    char name[128];
    char verdict[32]; /* first word of the comment */
    uint8_t bytes[VECTOR_MAX];
    size_t len;
    bool has_plain;
    uint8_t plain[VECTOR_MAX];
    size_t plain_len;
};

/* One file: a comment that begins with "# VERDICT:", then hex in lines. False where there is none.
 */
static bool read_file(const char *dir, const char *name, const char *suffix, char *ret_verdict,
                      uint8_t *ret_bytes, size_t *ret_len)
{
    char path[4096], line[512];
    size_t len = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
    f = fopen(path, "r");
    if (!f)
        return false;
    assert_non_null(fgets(line, sizeof(line), f));
    assert_int_equal(sscanf(line, "# %31[^:\n]:", ret_verdict), 1);
    while (fgets(line, sizeof(line), f)) {
        size_t n = strcspn(line, "\n");

        line[n] = '\0';
        assert_in_range(len + n / 2, 0, VECTOR_MAX);
        assert_int_equal(felt_hex_decode(line, ret_bytes + len, n / 2), 0);
        len += n / 2;
    }
    fclose(f);
    *ret_len = len;
    return true;
}

static void vectors_dir(const char *which, char *path, size_t size)
{
    const char *srcdir = getenv("srcdir");

    snprintf(path, size, "%s/tests/vectors/%s", srcdir ? srcdir : ".", which);
}

static int is_vector(const struct dirent *e)
{
    size_t len = strlen(e->d_name);

    return len > 4 && strcmp(e->d_name + len - 4, ".hex") == 0 && !strstr(e->d_name, ".plain.");
}

/* Calls each for every vector of a directory; how many there are. */
static unsigned for_each(const char *which, void (*each)(const struct vector *v))
{
    struct dirent **list;
    char dir[3072];
    unsigned count;
    int n;

    vectors_dir(which, dir, sizeof(dir));
    n = scandir(dir, &list, is_vector, alphasort);
    assert_in_range(n, 1, 1000);
    count = (unsigned)n;
    for (unsigned i = 0; i < count; i++) {
        static struct vector v;
        char verdict[32];

        memset(&v, 0, sizeof(v));
        snprintf(v.name, sizeof(v.name), "%.*s", (int)strlen(list[i]->d_name) - 4, list[i]->d_name);
        assert_true(read_file(dir, v.name, ".hex", v.verdict, v.bytes, &v.len));
        v.has_plain = read_file(dir, v.name, ".plain.hex", verdict, v.plain, &v.plain_len);
        if (v.has_plain)
            assert_string_equal(verdict, v.verdict);
        each(&v);
        free(list[i]);
    }
    free(list);
    return count;
}

/* What becomes of a descriptor that nobody has yet. */
static enum felt_verdict judge_descriptor(const struct felt_message *m)
{
    struct felt_descriptor d;

    if (felt_descriptor_decode(m->descriptor.body, &d) < 0)
        return FELT_VERDICT_MALFORMED;
    return felt_identity_verify(d.public_key, m->descriptor.body, m->descriptor.signature)
               ? FELT_VERDICT_TAKEN
               : FELT_VERDICT_FORGED;
}

static enum felt_verdict judge_plain(const uint8_t *plain, size_t len)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_envelope envelope;
    struct felt_message m;
    int r;

    assert_int_equal(felt_reader_new(&reader), 0);
    if (felt_reader_begin(reader, felt_bytes(plain, len), &envelope) < 0)
        return FELT_VERDICT_MALFORMED;
    while ((r = felt_reader_next(reader, &m)) == 1)
        if (m.type == FELT_MESSAGE_DESCRIPTOR && judge_descriptor(&m) != FELT_VERDICT_TAKEN)
            return judge_descriptor(&m);
    return r < 0 ? FELT_VERDICT_MALFORMED : FELT_VERDICT_TAKEN;
}

/* As a member of the vectors' cluster receives it; proto/packet.md 2 and 3. */
static enum felt_verdict judge(const struct vector *v, uint8_t *plain, size_t *ret_len)
{
    struct felt_bytes sealed = felt_bytes(v->bytes, v->len);
    struct felt_seal_header header;
    struct felt_seal_key key;
    enum felt_verdict verdict;

    felt_seal_key_init(&key, &vector_key);
    if (v->len > FELT_DATAGRAM_MAX)
        return FELT_VERDICT_MALFORMED;
    verdict = felt_seal_peek(sealed, &header);
    if (verdict != FELT_VERDICT_TAKEN)
        return verdict;
    if (memcmp(header.cluster, vector_cluster, FELT_SEAL_CLUSTER) != 0 &&
        memcmp(header.cluster, (uint8_t[FELT_SEAL_CLUSTER]){0}, FELT_SEAL_CLUSTER) != 0)
        return FELT_VERDICT_FOREIGN;
    verdict = felt_seal_open(&key, sealed, plain, ret_len);
    return verdict == FELT_VERDICT_TAKEN ? judge_plain(plain, *ret_len) : verdict;
}

/* Reads a plaintext and writes it again from what was understood. */
static size_t write_again(const struct vector *v, uint8_t *out)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_envelope envelope;
    struct felt_message m;
    size_t at, len;

    assert_int_equal(felt_reader_new(&reader), 0);
    assert_int_equal(felt_reader_begin(reader, felt_bytes(v->plain, v->plain_len), &envelope), 0);
    assert_int_equal(felt_envelope_encode(&envelope, out, FELT_DATAGRAM_MAX, &at), 0);
    while (felt_reader_next(reader, &m) == 1) {
        struct felt_descriptor d;
        uint8_t body[FELT_DESCRIPTOR_MAX];

        if (m.type == FELT_MESSAGE_DESCRIPTOR) {
            assert_int_equal(felt_descriptor_decode(m.descriptor.body, &d), 0);
            m.descriptor.body = felt_bytes(body, felt_descriptor_encode(&d, body));
        }
        assert_int_equal(felt_message_encode(&m, out + at, FELT_DATAGRAM_MAX - at, &len), 0);
        at += len;
    }
    return at;
}

static void assert_sealing_gives_the_datagram(const struct vector *v)
{
    uint8_t sealed[VECTOR_MAX + FELT_SEAL_OVERHEAD];
    struct felt_seal_key key;
    size_t len;

    felt_seal_key_init(&key, &vector_key);
    len = felt_seal(&key, vector_cluster, felt_bytes(v->plain, v->plain_len), sealed);
    assert_int_equal(len, v->len);
    assert_memory_equal(sealed, v->bytes, len);
}

static void check_accepted(const struct vector *v)
{
    bool same = strcmp(v->verdict, "taken") == 0;
    uint8_t plain[VECTOR_MAX];
    size_t len = 0;

    if (!same && strcmp(v->verdict, "tolerated") != 0)
        fail_msg("%s: neither taken nor tolerated", v->name);
    if (judge(v, plain, &len) != FELT_VERDICT_TAKEN)
        fail_msg("%s is refused", v->name);
    assert_true(v->has_plain);
    assert_int_equal(len, v->plain_len);
    assert_memory_equal(plain, v->plain, len);
    assert_sealing_gives_the_datagram(v);
    len = write_again(v, plain);
    if ((len == v->plain_len && memcmp(plain, v->plain, len) == 0) != same)
        fail_msg("%s is written %s", v->name, same ? "differently" : "the same");
}

static void check_refused(const struct vector *v)
{
    uint8_t plain[VECTOR_MAX];
    const char *got;
    size_t len = 0;

    got = felt_verdict_name(judge(v, plain, &len));
    if (strcmp(got, v->verdict) != 0)
        fail_msg("%s is %s instead of %s", v->name, got, v->verdict);
    if (!v->has_plain)
        return;
    /* It is the plaintext that is bad, not the seal. */
    assert_int_equal(len, v->plain_len);
    assert_memory_equal(plain, v->plain, len);
    assert_sealing_gives_the_datagram(v);
}

static void what_is_accepted_opens_reads_and_is_written_the_same(void **state)
{
    (void)state;
    assert_true(for_each("accepted", check_accepted) > 50);
}

static void what_is_refused_is_refused_for_the_reason_named(void **state)
{
    (void)state;
    assert_true(for_each("refused", check_refused) > 80);
}

static bool seen[MESSAGE_TYPE_LAST + 1];

static void note_types(const struct vector *v)
{
    _cleanup_(felt_reader_freep) struct felt_reader *reader = NULL;
    struct felt_envelope envelope;
    struct felt_message m;

    assert_int_equal(felt_reader_new(&reader), 0);
    assert_int_equal(felt_reader_begin(reader, felt_bytes(v->plain, v->plain_len), &envelope), 0);
    while (felt_reader_next(reader, &m) == 1)
        seen[m.type] = true;
}

static void every_type_of_message_is_among_the_accepted(void **state)
{
    (void)state;
    for_each("accepted", note_types);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t))
        if (!seen[t])
            fail_msg("no vector has a %s", felt_message_name((enum felt_message_type)t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_accepted_opens_reads_and_is_written_the_same),
        cmocka_unit_test(what_is_refused_is_refused_for_the_reason_named),
        cmocka_unit_test(every_type_of_message_is_among_the_accepted),
    };

    return RUN_TESTS(tests);
}
