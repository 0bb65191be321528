/* SPDX-License-Identifier: Apache-2.0 */
/* make_vectors VECTORS CORPUS: writes the golden vectors anew, and the seeds of the fuzzers that
 * come from them. Only after a change of the protocol that is meant (tests/vectors/README). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/idiom.h"
#include "crypto/token.h"
#include "tests/support/messages.h"
#include "tests/unit/vectors/plain_cases.h"
#include "tests/unit/vectors/vectors.h"
#include "wire/record.h"

#define LINE 48 /* bytes of hex on a line */

static const char *vectors, *corpus;

static FILE *create(const char *dir, const char *sub, const char *name, const char *suffix)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, sub);
    if (mkdir(path, 0777) < 0 && errno != EEXIST) {
        perror(path);
        exit(1);
    }
    snprintf(path, sizeof(path), "%s/%s/%s%s", dir, sub, name, suffix);
    f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void write_hex(const char *sub, const char *name, const char *suffix, const char *comment,
                      const uint8_t *data, size_t len)
{
    FILE *f = create(vectors, sub, name, suffix);

    fprintf(f, "# %s\n", comment);
    for (size_t i = 0; i < len; i++)
        fprintf(f, "%02x%s", data[i], (i + 1) % LINE == 0 || i + 1 == len ? "\n" : "");
    fclose(f);
}

static void write_seed(const char *target, const char *name, const void *data, size_t len)
{
    FILE *f = create(corpus, target, name, "");

    fwrite(data, 1, len, f);
    fclose(f);
}

static void write_sealed(const char *sub, const char *name, const char *comment, const uint8_t *b,
                         size_t len)
{
    write_hex(sub, name, ".hex", comment, b, len);
}

static size_t seal(const uint8_t *plain, size_t len, uint8_t *out)
{
    struct felt_seal_key key;

    felt_seal_key_init(&key, &vector_key);
    return felt_seal(&key, vector_cluster, felt_bytes(plain, len), out);
}

/* A plaintext, sealed and as it is. */
static void write_plain(const char *sub, const char *name, const char *comment,
                        const uint8_t *plain, size_t len)
{
    uint8_t *sealed = malloc(len + FELT_SEAL_OVERHEAD);

    assert(sealed);
    write_sealed(sub, name, comment, sealed, seal(plain, len, sealed));
    write_hex(sub, name, ".plain.hex", comment, plain, len);
    write_seed("datagram", name, plain, len);
    free(sealed);
}

static size_t put_envelope(uint8_t *plain)
{
    struct felt_identity me = vector_identity();
    struct felt_envelope e = {.sender = me.id,
                              .session = VECTOR_SESSION,
                              .counter = VECTOR_COUNTER,
                              .generation = VECTOR_GENERATION,
                              .start = VECTOR_START,
                              .save = VECTOR_SAVE};
    size_t len;
    int r = felt_envelope_encode(&e, plain, FELT_DATAGRAM_MAX, &len);

    assert(r == 0);
    return len;
}

static size_t put_message(const struct felt_message *m, uint8_t *plain, size_t at)
{
    size_t len;
    int r = felt_message_encode(m, plain + at, FELT_DATAGRAM_MAX - FELT_SEAL_OVERHEAD - at, &len);

    assert(r == 0);
    return at + len;
}

/* Signs a body as the sender. */
static void describe(struct sample *s, const uint8_t *body, size_t len)
{
    struct felt_identity me = vector_identity();
    struct felt_message *m = &s->message;

    memset(m, 0, sizeof(*m));
    m->type = FELT_MESSAGE_DESCRIPTOR;
    memcpy(s->bytes, body, len);
    m->descriptor.body = felt_bytes(s->bytes, len);
    felt_identity_sign(&me, m->descriptor.body, m->descriptor.signature);
}

static struct felt_descriptor descriptor(void)
{
    struct felt_identity me = vector_identity();
    struct felt_descriptor d = {
        .version = 1700000000000,
        .name = "alpha",
        .advertise = {.ip = felt_ip_v4(0xc0000201), .port = 8470},
        .public_ip = felt_ip_v4(0xc0000201),
        .backend = "vxlan",
        .backend_data = "{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}",
        .mtu = 1450,
        .has_lease = true,
        .lease = 128,
    };

    memcpy(d.public_key, me.public_key, sizeof(d.public_key));
    return d;
}

static struct felt_ip vector_ip6(void)
{
    return (struct felt_ip){.family = FELT_FAMILY_V6, .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
}

/* A datagram with a body, signed as the sender. */
static void write_described(const char *sub, const char *name, const char *comment,
                            const uint8_t *body, size_t len)
{
    uint8_t plain[FELT_DATAGRAM_MAX];
    struct sample s;

    describe(&s, body, len);
    write_seed("descriptor", name, body, len);
    write_plain(sub, name, comment, plain, put_message(&s.message, plain, put_envelope(plain)));
}

static const char config[] = "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";

/* What would be random is what a node would send. */
static void make_real(struct sample *s, enum message_size size)
{
    struct felt_message *m = &s->message;
    struct felt_descriptor d = descriptor();
    uint8_t body[FELT_DESCRIPTOR_MAX];

    if (m->type == FELT_MESSAGE_WELCOME && size != MESSAGE_LARGEST) {
        memcpy(s->bytes, config, sizeof(config) - 1);
        m->welcome.config = felt_bytes(s->bytes, sizeof(config) - 1);
    } else if (m->type == FELT_MESSAGE_DESCRIPTOR) {
        if (size == MESSAGE_LARGEST) {
            memset(d.name, 'n', FELT_NAME_MAX);
            memset(d.backend, 'b', FELT_DESC_BACKEND_MAX);
            memset(d.backend_data, 'd', FELT_DESC_DATA_MAX);
            d.version = UINT64_MAX;
            d.mtu = d.lease = UINT32_MAX;
            d.public_ip6 = vector_ip6();
            memset(d.backend_data6, '6', FELT_DESC_DATA_MAX);
        } else if (size == MESSAGE_SMALLEST) {
            d.backend[0] = d.backend_data[0] = '\0';
            d.mtu = 0;
            d.has_lease = false;
        }
        describe(s, body, felt_descriptor_encode(&d, body));
        write_seed("descriptor",
                   size == MESSAGE_LARGEST    ? "largest"
                   : size == MESSAGE_SMALLEST ? "smallest"
                                              : "usual",
                   s->bytes, m->descriptor.body.len);
    }
}

static void make_accepted_descriptors(void)
{
    static const uint8_t later[] = {0xc0, 0xa5, 'l', 'a', 't', 'e', 'r'};
    struct felt_descriptor d = descriptor();
    uint8_t body[FELT_DESCRIPTOR_MAX];
    size_t len = felt_descriptor_encode(&d, body);

    body[0] += 2; /* of so many fields */
    memcpy(body + len, later, sizeof(later));
    write_described("accepted", "descriptor-later", "tolerated: a descriptor with a field behind",
                    body, len + sizeof(later));
    d.public_ip6 = vector_ip6();
    strcpy(d.backend_data6, "{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4f\"}");
    write_described("accepted", "descriptor-dual",
                    "taken: a descriptor with a second way, over IPv6", body,
                    felt_descriptor_encode(&d, body));
    d = descriptor();
    d.has_lease = false;
    d.left = true;
    write_described("accepted", "descriptor-farewell", "taken: a farewell", body,
                    felt_descriptor_encode(&d, body));
}

static void make_accepted(void)
{
    static const char *const suffix[] = {"-smallest", "", "-largest"};
    uint8_t plain[FELT_DATAGRAM_MAX];
    struct felt_prng prng;
    char name[64], comment[128];
    struct sample s;
    size_t at;

    felt_prng_init(&prng, 0xfe17);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t))
        for (unsigned size = MESSAGE_SMALLEST; size <= MESSAGE_LARGEST; size++) {
            const char *type = felt_message_name((enum felt_message_type)t);

            sample_message(&prng, (enum felt_message_type)t, (enum message_size)size, &s);
            make_real(&s, (enum message_size)size);
            snprintf(name, sizeof(name), "%s%s", type, suffix[size]);
            snprintf(comment, sizeof(comment), "taken: %s", type);
            write_plain("accepted", name, comment, plain,
                        put_message(&s.message, plain, put_envelope(plain)));
        }
    write_plain("accepted", "no-message", "taken: an envelope alone", plain, put_envelope(plain));
    at = put_envelope(plain);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= FELT_MESSAGE_DESCRIPTOR; t = message_type_after(t)) {
        sample_message(&prng, (enum felt_message_type)t, MESSAGE_SMALLEST, &s);
        make_real(&s, MESSAGE_SMALLEST);
        at = put_message(&s.message, plain, at);
    }
    write_plain("accepted", "several", "taken: eleven messages in one datagram", plain, at);
    make_accepted_descriptors();
}

static size_t put_hex(const char *hex, uint8_t *out)
{
    size_t len = hex ? strlen(hex) / 2 : 0;
    int r = hex ? felt_hex_decode(hex, out, len) : 0;

    assert(r == 0);
    return len;
}

static void make_plain_cases(const char *sub, const struct plain_case *cases)
{
    for (const struct plain_case *c = cases; c->name; c++) {
        uint8_t plain[4096];
        size_t at = c->bare ? 0 : put_envelope(plain);

        at += put_hex(c->head, plain + at);
        for (size_t k = 0; k < c->n; k++)
            at += put_hex(c->unit, plain + at);
        at += put_hex(c->tail, plain + at);
        write_plain(sub, c->name, c->comment, plain, at);
    }
}

/* A descriptor with one field replaced. */
static void make_refused_descriptors(void)
{
    static const struct {
        const char *name, *comment, *find, *put;
    } cases[] = {
        {"descriptor-name-64", "malformed: a name of 64 bytes", "a5616c706861",
         "d940"
         "6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e"
         "6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e"},
        {"descriptor-name-empty", "malformed: a name of no byte", "a5616c706861", "a0"},
        {"descriptor-name-escape", "malformed: a name with an escape character", "a5616c706861",
         "a41b5b324a"},
        {"descriptor-port-zero", "malformed: port 0", "cd2116", "00"},
        {"descriptor-port-65536", "malformed: port 65536", "cd2116", "ce00010000"},
        {"descriptor-version-zero", "malformed: version 0", "cf0000018bcfe56800", "00"},
        {"descriptor-no-address", "malformed: no address of gossip", "c404c0000201cd2116",
         "c400cd2116"},
        {"descriptor-mtu-negative", "malformed: an MTU of -1", "cd05aa", "ff"},
        {"descriptor-left-number", "malformed: a number in the place of left", "cc80c2", "cc8000"},
        {"descriptor-farewell-lease", "malformed: a farewell with a lease", "cc80c2", "cc80c3"},
    };
    struct felt_descriptor d = descriptor();
    uint8_t body[FELT_DESCRIPTOR_MAX], find[16], plain[FELT_DATAGRAM_MAX];
    size_t len = felt_descriptor_encode(&d, body);
    struct sample s;

    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        size_t n = put_hex(cases[i].find, find), at;
        uint8_t *found = memmem(body, len, find, n), changed[FELT_DESCRIPTOR_MAX];

        assert(found);
        at = (size_t)(found - body);
        memcpy(changed, body, at);
        at += put_hex(cases[i].put, changed + at);
        memcpy(changed + at, found + n, len - (size_t)(found + n - body));
        at += len - (size_t)(found + n - body);
        write_described("refused", cases[i].name, cases[i].comment, changed, at);
    }
    describe(&s, body, len);
    s.message.descriptor.signature[63] ^= 0x01;
    write_plain("refused", "descriptor-signature", "forged: a descriptor with another signature",
                plain, put_message(&s.message, plain, put_envelope(plain)));
    body[0]++; /* of so many fields */
    body[len] = 0xa0;
    write_described("refused", "descriptor-second-text",
                    "malformed: a text in the second way's place", body, len + 1);
    body[0] -= 2;
    write_described("refused", "descriptor-short",
                    "malformed: a descriptor that does not say whether it is a farewell", body,
                    len - 1);
}

/* A good datagram with something done to its outside. */
static void make_refused_outside(void)
{
    static const struct {
        const char *name, *comment;
        size_t at;
        uint8_t flip;
    } flips[] = {
        {"magic", "malformed: another first byte", 0, 0x01},
        {"version-2", "malformed: version 2", 1, 0x03},
        {"version-0", "malformed: version 0", 1, 0x01},
        {"reserved-2", "malformed: byte 2 is not zero", 2, 0x01},
        {"reserved-3", "malformed: byte 3 is not zero", 3, 0x80},
        {"key-id", "unknown-key: one bit of the key id", 7, 0x01},
        {"cluster", "foreign: one bit of the cluster id", 15, 0x01},
        {"nonce", "forged: one bit of the nonce", 16, 0x01},
        {"ciphertext", "forged: one bit of the ciphertext", 40, 0x01},
    };
    struct felt_cluster_key other_key = vector_key;
    struct felt_seal_key key;
    uint8_t plain[FELT_DATAGRAM_MAX * 2] = {0}, good[FELT_DATAGRAM_MAX * 2], zero[8] = {0};
    size_t plain_len = put_envelope(plain), len;
    struct felt_message nack = {.type = FELT_MESSAGE_NACK, .nack.seq = 1};

    plain_len = put_message(&nack, plain, plain_len);
    len = seal(plain, plain_len, good);
    for (size_t i = 0; i < FELT_ARRAY_LEN(flips); i++) {
        good[flips[i].at] ^= flips[i].flip;
        write_sealed("refused", flips[i].name, flips[i].comment, good, len);
        good[flips[i].at] ^= flips[i].flip;
    }
    good[len - 1] ^= 0x01;
    write_sealed("refused", "tag", "forged: one bit of the tag", good, len);
    good[len - 1] ^= 0x01;
    memset(good + 8, 0, 8);
    write_sealed("refused", "cluster-erased", "forged: the cluster id made zero", good, len);
    seal(plain, plain_len, good);
    write_sealed("refused", "empty", "malformed: no byte at all", good, 0);
    write_sealed("refused", "cut-55", "malformed: the first 55 bytes", good, 55);
    write_sealed("refused", "cut-last", "forged: without the last byte", good, len - 1);
    good[len] = 0;
    write_sealed("refused", "one-more", "forged: with a byte behind", good, len + 1);
    other_key.secret[31] ^= 0x01;
    felt_seal_key_init(&key, &other_key);
    len = felt_seal(&key, vector_cluster, felt_bytes(plain, plain_len), good);
    write_sealed("refused", "other-key", "unknown-key: sealed with another key", good, len);
    felt_key_id(&vector_key, good + 4);
    write_sealed("refused", "other-key-our-id", "forged: the same under the id of our key", good,
                 len);
    felt_seal_key_init(&key, &vector_key);
    zero[7] = 1;
    len = felt_seal(&key, zero, felt_bytes(plain, plain_len), good);
    write_sealed("refused", "other-cluster", "foreign: another cluster's, with our key", good, len);
    len = seal(plain, FELT_DATAGRAM_MAX + 1 - FELT_SEAL_OVERHEAD, good);
    write_sealed("refused", "too-long", "malformed: 1233 bytes", good, len);
}

static void write_record(const char *name, const struct felt_record *r)
{
    uint8_t buf[4096];
    size_t len = felt_record_size(r);

    assert(len <= sizeof(buf));
    felt_record_encode(r, buf, len);
    write_seed("record", name, buf, len);
}

static void make_record_seeds(void)
{
    struct felt_identity me = vector_identity();
    struct felt_descriptor d = descriptor();
    uint8_t body[FELT_DESCRIPTOR_MAX];
    struct felt_run runs[] = {{.count = 128, .owner = me.id, .term = 1, .seq = 1},
                              {.count = 128, .owner = {{2}}, .term = 2, .seq = 3}};
    struct felt_gift_record gift = {.joiner = {{2}}, .n = 2, .ranges = {{128, 64}, {192, 64}}};
    struct felt_bytes described = felt_bytes(body, felt_descriptor_encode(&d, body));
    struct felt_member_record members[] = {
        {.body = described, .state = FELT_LIVENESS_DEAD},
        {.body = described, .state = FELT_LIVENESS_LEFT, .left_generation = VECTOR_GENERATION},
    };
    struct felt_notice notices[] = {
        {.key = 5, .version = 1, .value = felt_bytes("\x01n7", 3)},
        {.key = 200, .version = 12},
        {.key = 9, .version = 3, .value = felt_bytes("\x04\xc0\x00\x02\x07", 5)},
    };
    struct felt_record r = {.config = felt_bytes("", 0)};

    write_record("founder-before-all", &r);
    r = (struct felt_record){
        .in_cluster = true,
        .session = VECTOR_SESSION,
        .save = 9,
        .generation = VECTOR_GENERATION,
        .era = 5,
        .config = felt_bytes(config, sizeof(config) - 1),
        .has_lease = true,
        .lease = 128,
        .n_slots = 256,
        .n_runs = 2,
        .runs = runs,
        .n_gifts = 1,
        .gifts = &gift,
        .n_members = FELT_ARRAY_LEN(members),
        .members = members,
        .n_notices = FELT_ARRAY_LEN(notices),
        .notices = notices,
    };
    memcpy(r.cluster, vector_cluster, sizeof(r.cluster));
    write_record("usual", &r);
}

static void make_text_seeds(void)
{
    struct felt_token token = {.key = vector_key};
    char text[FELT_TOKEN_TEXT_MAX];

    memcpy(token.cluster, vector_cluster, sizeof(token.cluster));
    felt_token_format(&token, text);
    write_seed("token", "no-seed", text, strlen(text));
    token.n_seeds = 2;
    token.seeds[0] = (struct felt_endpoint){.ip = felt_ip_v4(0xc0000201), .port = 8470};
    token.seeds[1] = (struct felt_endpoint){.ip = {.family = FELT_FAMILY_V6}, .port = 1};
    felt_token_format(&token, text);
    write_seed("token", "two-seeds", text, strlen(text));
    write_seed("token", "newer", "felt2-AAAA", 10);
    felt_key_format(&vector_key, text);
    write_seed("key", "bare", text, strlen(text));
    strcat(text, "\r\n");
    write_seed("key", "line", text, strlen(text));
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: make_vectors VECTORS CORPUS\n");
        return 2;
    }
    vectors = argv[1];
    corpus = argv[2];
    make_accepted();
    make_plain_cases("accepted", plain_accepted);
    make_plain_cases("refused", plain_refused);
    make_refused_descriptors();
    make_refused_outside();
    make_record_seeds();
    make_text_seeds();
    return 0;
}
