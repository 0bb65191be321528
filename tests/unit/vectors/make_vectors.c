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
    struct felt_envelope e = {
        .sender = me.id, .session = VECTOR_SESSION, .counter = VECTOR_COUNTER};
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

static void make_accepted(void)
{
    static const char *const suffix[] = {"-smallest", "", "-largest"};
    uint8_t plain[FELT_DATAGRAM_MAX];
    struct felt_prng prng;
    char name[64], comment[128];
    struct sample s;
    size_t at;

    felt_prng_init(&prng, 0xfe17);
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t++)
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
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= FELT_MESSAGE_DESCRIPTOR; t++) {
        sample_message(&prng, (enum felt_message_type)t, MESSAGE_SMALLEST, &s);
        make_real(&s, MESSAGE_SMALLEST);
        at = put_message(&s.message, plain, at);
    }
    write_plain("accepted", "several", "taken: eleven messages in one datagram", plain, at);
}

/* An id and a 16-byte cookie as MessagePack, in hex. */
#define NOBODY "c41000000000000000000000000000000000"
#define ID     "c41002000000000000000000000000000000"
#define ID_OWN "c41001000000000000000000000000000000"
#define COOKIE "c4107a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a"
#define REQ    "c4087272727272727272"
#define HASH   "c4080102030405060708"

/* A plaintext as hex: head, n times unit, tail. */
struct plain_case {
    const char *name;
    const char *comment;
    const char *head;
    const char *unit;
    size_t n;
    const char *tail;
    bool bare; /* head begins the plaintext; else the usual envelope does */
};

/* A message behind the usual envelope; a whole plaintext; a message with n equal items. */
#define TAIL(name, comment, message)                 \
    {                                                \
        name, comment, message, NULL, 0, NULL, false \
    }
#define BARE(name, comment, plain)                \
    {                                             \
        name, comment, plain, NULL, 0, NULL, true \
    }
#define LIST(name, comment, head, unit, n, tail)  \
    {                                             \
        name, comment, head, unit, n, tail, false \
    }

static size_t put_hex(const char *hex, uint8_t *out)
{
    size_t len = hex ? strlen(hex) / 2 : 0;
    int r = hex ? felt_hex_decode(hex, out, len) : 0;

    assert(r == 0);
    return len;
}

static void make_plain_cases(const char *sub, const struct plain_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct plain_case *c = &cases[i];
        uint8_t plain[4096];
        size_t at = c->bare ? 0 : put_envelope(plain);

        at += put_hex(c->head, plain + at);
        for (size_t k = 0; k < c->n; k++)
            at += put_hex(c->unit, plain + at);
        at += put_hex(c->tail, plain + at);
        write_plain(sub, c->name, c->comment, plain, at);
    }
}

/* Taken, though a sender of ours would not write it so. */
static const struct plain_case tolerated[] = {
    TAIL("unknown-type", "tolerated: a message of type 18 before a nack",
         "9312a16c90"
         "920401"),
    TAIL("unknown-fields", "tolerated: items behind the fields of a nack", "940401a56c6174657290"),
    TAIL("long-integers", "tolerated: integers in more bytes than they need",
         "92cc04cf0000000000000001"),
    TAIL("long-lengths", "tolerated: lengths in more bytes than they need",
         "dd0000000305c6000000020000"
         "c0"),
    TAIL("padding-not-zero", "tolerated: a hello whose padding is something", "9205c403010203"),
};

static const struct plain_case refused[] = {
    BARE("plain-empty", "malformed: nothing but the seal", ""),
    BARE("plain-not-array", "malformed: an integer in the place of the envelope", "01"),
    BARE("envelope-map", "malformed: a map in the place of the envelope", "83" ID_OWN "0700"),
    BARE("envelope-short", "malformed: an envelope without a counter", "92" ID_OWN "07"),
    BARE("envelope-nobody", "malformed: sent by nobody", "93" NOBODY "0700"),
    BARE("envelope-session-zero", "malformed: session 0", "93" ID_OWN "0000"),
    BARE("envelope-id-short", "malformed: an id of 15 bytes",
         "93c40f0100000000000000000000000000000700"),
    BARE("envelope-id-long", "malformed: an id of 17 bytes",
         "93c411010000000000000000000000000000000000"
         "0700"),
    BARE("envelope-id-text", "malformed: an id that is a string",
         "93b0303030303030303030303030303030300700"),
    TAIL("bomb", "malformed: an array of 67108863 items in five bytes", "dd03ffffff"),
    TAIL("bomb-largest", "malformed: an array of 4294967295 items in five bytes", "ddffffffff"),
    TAIL("bomb-inside", "malformed: the same inside a message", "920add03ffffff"),
    TAIL("bomb-bin", "malformed: 4294967295 bytes of which none is there", "9205c6ffffffff"),
    TAIL("message-cut", "malformed: a nack that ends before its number", "9204"),
    TAIL("message-not-array", "malformed: an integer in the place of a message", "04"),
    TAIL("message-empty", "malformed: a message without a type", "90"),
    TAIL("message-type-text", "malformed: a type that is a string", "92a16101"),
    TAIL("message-map", "malformed: a message that is a map", "810401"),
    TAIL("byte-c1", "malformed: the byte that MessagePack never uses", "9204c1"),
    TAIL("float-32", "malformed: a float in the place of a number", "9204ca3f800000"),
    TAIL("float-64", "malformed: a double in the place of a number", "9204cb3ff0000000000000"),
    TAIL("negative", "malformed: -1 in the place of a number", "9204ff"),
    TAIL("negative-64", "malformed: a negative number of 64 bits", "9204d3ffffffffffffffff"),
    TAIL("signed", "malformed: 1 as a signed integer", "9204d001"),
    TAIL("map-inside", "malformed: a map in the place of a number", "920480"),
    TAIL("extension", "malformed: an extension in the place of a number", "9204d40001"),
    TAIL("timestamp", "malformed: an extension of type -1 in an unknown message",
         "9212d6ff00000000"),
    TAIL("nil-number", "malformed: nil in the place of a number", "9204c0"),
    TAIL("bool-number", "malformed: true in the place of a number", "9204c3"),
    TAIL("text-number", "malformed: a string in the place of a number", "9204a131"),
    TAIL("number-too-large", "malformed: a number of 33 bits in the place of one of 32",
         "9204cf0000000100000000"),
    TAIL("nested-nine-deep", "malformed: nine arrays, one in the other",
         "919191919191919191"
         "01"),
    TAIL("after-a-good-one", "malformed: a good nack and one without a number", "9204019104"),
    TAIL("probe-short", "malformed: a probe without a digest of members", "950101" ID "05" HASH),
    TAIL("probe-hash-short", "malformed: a digest of seven bytes",
         "960101" ID "05" HASH "c40701020304050607"),
    TAIL("cookie-short", "malformed: a cookie of 15 bytes",
         "9206c40f7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a"),
    TAIL("join-wish-33", "malformed: a wish for 10.0.0.0/33", "9607" COOKIE REQ "00c4040a00000021"),
    TAIL("join-wish-five-bytes", "malformed: a wish for an address of five bytes",
         "9607" COOKIE REQ "00c4050a0000000020"),
    TAIL("join-wish-nothing-8", "malformed: a wish for no address, with a length",
         "9607" COOKIE REQ "00c40008"),
    LIST("welcome-config-513", "malformed: a configuration of 513 bytes", "9308" REQ "c50201", "20",
         513, NULL),
    TAIL("gift-result-4", "malformed: a result that there is not", "9309" REQ "04"),
    TAIL("gift-ask-nobody-named", "malformed: a referral without the id", "9309" REQ "01"),
    TAIL("liveness-none", "malformed: no entry", "910a"),
    LIST("liveness-53", "malformed: 53 entries", "dc00360a", "93" ID "0000", 53, NULL),
    TAIL("liveness-state-3", "malformed: a state that there is not", "920a93" ID "0003"),
    TAIL("liveness-suspect-no-origin", "malformed: a suspicion without its origin",
         "920a93" ID "0001"),
    TAIL("liveness-entry-number", "malformed: a number in the place of an entry", "920a01"),
    LIST("sync-members-first-64", "malformed: bucket 64 of 64", "930c40c50200", "00", 512, NULL),
    LIST("sync-members-511", "malformed: buckets of 511 bytes", "930c00c501ff", "00", 511, NULL),
    LIST("sync-slots-513", "malformed: buckets of 513 bytes", "94100500c50201", "00", 513, NULL),
    TAIL("summary-none", "malformed: no entry", "910d"),
    TAIL("summary-state-3", "malformed: a state that there is not", "920d94" ID "000003"),
    TAIL("fetch-none", "malformed: no id", "910e"),
    LIST("fetch-49", "malformed: 49 ids", "dc00320e", ID, 49, NULL),
    TAIL("slots-no-owner", "malformed: no owner",
         "970f05000a00"
         "90"
         "940a000500"),
    TAIL("slots-no-run", "malformed: no run",
         "970f05000a00"
         "91" ID "90"),
    LIST("slots-61-owners", "malformed: 61 owners",
         "970f05000a00"
         "dc003d",
         ID, 61, "940a000500"),
    LIST("slots-161-runs", "malformed: 161 runs",
         "970f05"
         "00cd010000"
         "91" ID "dc0284",
         "01000500", 161, NULL),
    TAIL("slots-beyond-total", "malformed: eleven slots of ten",
         "970f05000a00"
         "91" ID "940b000500"),
    TAIL("slots-first-beyond-total", "malformed: begins behind the last slot",
         "970f05000a0b"
         "91" ID "9401000500"),
    TAIL("slots-sum-overflow", "malformed: counts whose sum fits 32 bits only cut off",
         "970f05000a00"
         "91" ID "98ceffffffff000500"
         "02000500"),
    TAIL("slots-run-of-zero", "malformed: a run of no slot",
         "970f05000a00"
         "91" ID "98"
         "00000500"
         "0a000500"),
    TAIL("slots-owner-out-of-range", "malformed: the second owner of one",
         "970f05000a00"
         "91" ID "940a010500"),
    TAIL("slots-owner-nobody", "malformed: owned by nobody",
         "970f05000a00"
         "91" NOBODY "940a000500"),
    TAIL("slots-owner-short", "malformed: an owner of 15 bytes",
         "970f05000a00"
         "91"
         "c40f020000000000000000000000000000"
         "940a000500"),
    TAIL("slots-term-above-era", "malformed: term 6 in era 5",
         "970f05000a00"
         "91" ID "940a000600"),
    TAIL("slots-term-zero", "malformed: term 0",
         "970f05000a00"
         "91" ID "940a000000"),
    TAIL("slots-part-of-a-run", "malformed: a run without its sequence number",
         "970f05000a00"
         "91" ID "930a0005"),
    LIST("descriptor-321", "malformed: a descriptor of 321 bytes", "930bc50141", "00", 321,
         "c440"
         "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000"),
};

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
        describe(&s, changed, at);
        write_seed("descriptor", cases[i].name, changed, at);
        write_plain("refused", cases[i].name, cases[i].comment, plain,
                    put_message(&s.message, plain, put_envelope(plain)));
    }
    describe(&s, body, len);
    s.message.descriptor.signature[63] ^= 0x01;
    write_plain("refused", "descriptor-signature", "forged: a descriptor with another signature",
                plain, put_message(&s.message, plain, put_envelope(plain)));
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
    struct felt_member_record member = {.body = felt_bytes(body, felt_descriptor_encode(&d, body)),
                                        .state = FELT_LIVENESS_DEAD};
    struct felt_record r = {.config = felt_bytes("", 0)};

    write_record("founder-before-all", &r);
    r = (struct felt_record){
        .in_cluster = true,
        .session = VECTOR_SESSION,
        .save = 9,
        .era = 5,
        .config = felt_bytes(config, sizeof(config) - 1),
        .has_lease = true,
        .lease = 128,
        .n_slots = 256,
        .n_runs = 2,
        .runs = runs,
        .n_gifts = 1,
        .gifts = &gift,
        .n_members = 1,
        .members = &member,
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
    make_plain_cases("accepted", tolerated, FELT_ARRAY_LEN(tolerated));
    make_plain_cases("refused", refused, FELT_ARRAY_LEN(refused));
    make_refused_descriptors();
    make_refused_outside();
    make_record_seeds();
    make_text_seeds();
    return 0;
}
