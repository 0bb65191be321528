/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vectors/plain_cases.h"

/* An id and a 16-byte cookie as MessagePack, in hex. */
#define NOBODY "c41000000000000000000000000000000000"
#define ID     "c41002000000000000000000000000000000"
#define ID_OWN "c41001000000000000000000000000000000"
#define COOKIE "c4107a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a"
#define REQ    "c4087272727272727272"
#define HASH   "c4080102030405060708"
/* Slot 0 for somebody. */
#define VALUE "92" ID "920001"

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

const struct plain_case plain_accepted[] = {
    /* What a sample of a type need not have. */
    TAIL("liveness-left", "taken: a member that left", "920a93" ID "0503"),
    TAIL("summary-left", "taken: the summary of a member that left", "920d94" ID "070503"),
    TAIL("nack-refused", "taken: a nack because a port refused", "930405c3"),
    TAIL("notices-withdrawn", "taken: a reservation of slot 5 that was withdrawn", "941f0502c0"),
    BARE("envelope-ring", "taken: an envelope with the mark of a keyring, and a nack",
         "97" ID_OWN "07cd012c0204cd0258ce1234567b"
         "930405c2"),
    TAIL("notices-keyring", "taken: the keyring of a network of 256 slots: one key",
         "941fcd010101c42122"
         "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"),
    TAIL("gift-bridge", "taken: it waits for the etcd bridge", "9309" REQ "05"),
    TAIL("notices-by-name", "taken: slot 5 is reserved for the name n7", "941f0501c403016e37"),
    TAIL("confirmed-twin", "taken: a verdict on session 5: there is a twin", "931c0503"),
    TAIL("slots-nothing-voted", "taken: slots with an empty record",
         "970f05c00a00"
         "91" ID "940a000500"),
    TAIL("slots-promised", "taken: slots with a record that only promises",
         "970f05"
         "9301" ID "c00a00"
         "91" ID "940a000500"),
    TAIL("accept-one-slot", "taken: a value of one slot", "94160501" VALUE),
    TAIL("prepare-no-suspect", "taken: a vote that is only to be finished", "951405019000"),
    TAIL("prepare-ordered", "taken: a suspect that an operator gave up", "9514050192" ID HASH "01"),
    TAIL("promise-nothing-accepted", "taken: a promise of who has accepted nothing",
         "98150501" HASH "c39000c0"),
    /* Taken, though a sender of ours would not write it so. */
    TAIL("unknown-type", "tolerated: a message of type 127 before a nack",
         "937fa16c90"
         "930401c2"),
    TAIL("unknown-fields", "tolerated: items behind the fields of a nack",
         "950401c2a56c6174657290"),
    TAIL("long-integers", "tolerated: integers in more bytes than they need",
         "93cc04cf0000000000000001c2"),
    TAIL("long-lengths", "tolerated: lengths in more bytes than they need",
         "dd0000000305c6000000020000"
         "c0"),
    TAIL("padding-not-zero", "tolerated: a hello whose padding is something", "9205c403010203"),
    {0},
};

const struct plain_case plain_refused[] = {
    BARE("plain-empty", "malformed: nothing but the seal", ""),
    BARE("plain-not-array", "malformed: an integer in the place of the envelope", "01"),
    BARE("envelope-map", "malformed: a map in the place of the envelope", "86" ID_OWN "0700000000"),
    BARE("envelope-short", "malformed: an envelope without a generation", "93" ID_OWN "0700"),
    BARE("envelope-save-missing", "malformed: an envelope without a save counter",
         "95" ID_OWN "07000000"),
    BARE("envelope-generation-negative", "malformed: generation -1", "96" ID_OWN "0700ff0000"),
    BARE("envelope-start-negative", "malformed: start -1", "96" ID_OWN "070000ff00"),
    BARE("envelope-ring-33-bits", "malformed: the mark of a keyring of more than 32 bits",
         "97" ID_OWN "0700000000cf0000000100000000"),
    BARE("envelope-nobody", "malformed: sent by nobody", "96" NOBODY "0700000000"),
    BARE("envelope-session-zero", "malformed: session 0", "96" ID_OWN "0000000000"),
    BARE("envelope-id-short", "malformed: an id of 15 bytes",
         "96c40f0100000000000000000000000000000700000000"),
    BARE("envelope-id-long", "malformed: an id of 17 bytes",
         "96c411010000000000000000000000000000000000"
         "0700000000"),
    BARE("envelope-id-text", "malformed: an id that is a string",
         "96b0303030303030303030303030303030300700000000"),
    TAIL("confirmed-verdict-4", "malformed: a verdict that there is not", "931c0504"),
    TAIL("challenge-nonce-short", "malformed: a nonce of 7 bytes", "931dc40701020304050607" ID),
    TAIL("bomb", "malformed: an array of 67108863 items in five bytes", "dd03ffffff"),
    TAIL("bomb-largest", "malformed: an array of 4294967295 items in five bytes", "ddffffffff"),
    TAIL("bomb-inside", "malformed: the same inside a message", "920add03ffffff"),
    TAIL("bomb-bin", "malformed: 4294967295 bytes of which none is there", "9205c6ffffffff"),
    TAIL("message-cut", "malformed: a nack that ends before its number", "9304"),
    TAIL("message-not-array", "malformed: an integer in the place of a message", "04"),
    TAIL("message-empty", "malformed: a message without a type", "90"),
    TAIL("message-type-text", "malformed: a type that is a string", "92a16101"),
    TAIL("message-map", "malformed: a message that is a map", "810401"),
    TAIL("byte-c1", "malformed: the byte that MessagePack never uses", "9304c1c2"),
    TAIL("float-32", "malformed: a float in the place of a number", "9304ca3f800000c2"),
    TAIL("float-64", "malformed: a double in the place of a number", "9304cb3ff0000000000000c2"),
    TAIL("negative", "malformed: -1 in the place of a number", "9304ffc2"),
    TAIL("negative-64", "malformed: a negative number of 64 bits", "9304d3ffffffffffffffffc2"),
    TAIL("signed", "malformed: 1 as a signed integer", "9304d001c2"),
    TAIL("map-inside", "malformed: a map in the place of a number", "930480c2"),
    TAIL("extension", "malformed: an extension in the place of a number", "9304d40001c2"),
    TAIL("timestamp", "malformed: an extension of type -1 in an unknown message",
         "927fd6ff00000000"),
    TAIL("nil-number", "malformed: nil in the place of a number", "9304c0c2"),
    TAIL("bool-number", "malformed: true in the place of a number", "9304c3c2"),
    TAIL("text-number", "malformed: a string in the place of a number", "9304a131c2"),
    TAIL("number-too-large", "malformed: a number of 33 bits in the place of one of 32",
         "9304cf0000000100000000c2"),
    TAIL("nested-nine-deep", "malformed: nine arrays, one in the other",
         "919191919191919191"
         "01"),
    TAIL("after-a-good-one", "malformed: a good nack and one without a number", "930401c29104"),
    TAIL("nack-short", "malformed: a nack that does not say whether a port refused", "920401"),
    TAIL("nack-refused-number", "malformed: a number in the place of true or false", "93040101"),
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
    LIST("welcome-config-513", "malformed: a configuration of 513 bytes", "9408" REQ "c50201", "20",
         513, "00"),
    TAIL("gift-result-6", "malformed: a result that there is not", "9309" REQ "06"),
    TAIL("gift-ask-nobody-named", "malformed: a referral without the id", "9309" REQ "01"),
    TAIL("candidate-expect-0", "malformed: nobody is expected", "9513" COOKIE "00c291" ID),
    TAIL("candidate-expect-17", "malformed: 17 are expected", "9513" COOKIE "11c291" ID),
    TAIL("candidate-none", "malformed: it sees not even itself", "9513" COOKIE "02c290"),
    LIST("candidate-18", "malformed: 18 ids", "9513" COOKIE "02c2dc0012", ID, 18, NULL),
    TAIL("candidate-not-ascending", "malformed: ids that do not ascend",
         "9513" COOKIE "02c292" ID ID_OWN),
    TAIL("candidate-twice", "malformed: an id twice", "9513" COOKIE "02c292" ID ID),
    TAIL("candidate-promise-short", "malformed: the promise of three names two",
         "9513" COOKIE "03c392" ID_OWN ID),
    TAIL("liveness-none", "malformed: no entry", "910a"),
    LIST("liveness-53", "malformed: 53 entries", "dc00360a", "93" ID "0000", 53, NULL),
    TAIL("liveness-state-4", "malformed: a state that there is not", "920a93" ID "0004"),
    TAIL("liveness-suspect-no-origin", "malformed: a suspicion without its origin",
         "920a93" ID "0001"),
    TAIL("liveness-entry-number", "malformed: a number in the place of an entry", "920a01"),
    LIST("sync-members-first-64", "malformed: bucket 64 of 64", "930c40c50200", "00", 512, NULL),
    LIST("sync-members-511", "malformed: buckets of 511 bytes", "930c00c501ff", "00", 511, NULL),
    LIST("sync-slots-513", "malformed: buckets of 513 bytes", "94100500c50201", "00", 513, NULL),
    TAIL("answered-other-question", "malformed: the answer to a summary", "93120dc0"),
    TAIL("answered-bucket-64", "malformed: bucket 64 of 64 is next", "93120c40"),
    TAIL("answered-bucket-64-of-slots", "malformed: bucket 64 of 64 is next", "93121040"),
    TAIL("answered-negative", "malformed: slot -1 is next", "931211ff"),
    TAIL("summary-none", "malformed: no entry", "910d"),
    TAIL("summary-state-4", "malformed: a state that there is not", "920d94" ID "000004"),
    TAIL("fetch-none", "malformed: no id", "910e"),
    LIST("fetch-49", "malformed: 49 ids", "dc00320e", ID, 49, NULL),
    TAIL("slots-no-owner", "malformed: no owner",
         "970f05c00a00"
         "90"
         "940a000500"),
    TAIL("slots-no-run", "malformed: no run",
         "970f05c00a00"
         "91" ID "90"),
    LIST("slots-61-owners", "malformed: 61 owners",
         "970f05c00a00"
         "dc003d",
         ID, 61, "940a000500"),
    LIST("slots-161-runs", "malformed: 161 runs",
         "970f05"
         "c0cd010000"
         "91" ID "dc0284",
         "01000500", 161, NULL),
    TAIL("slots-beyond-total", "malformed: eleven slots of ten",
         "970f05c00a00"
         "91" ID "940b000500"),
    TAIL("slots-first-beyond-total", "malformed: begins behind the last slot",
         "970f05c00a0b"
         "91" ID "9401000500"),
    TAIL("slots-sum-overflow", "malformed: counts whose sum fits 32 bits only cut off",
         "970f05c00a00"
         "91" ID "98ceffffffff000500"
         "02000500"),
    TAIL("slots-run-of-zero", "malformed: a run of no slot",
         "970f05c00a00"
         "91" ID "98"
         "00000500"
         "0a000500"),
    TAIL("slots-owner-out-of-range", "malformed: the second owner of one",
         "970f05c00a00"
         "91" ID "940a010500"),
    TAIL("slots-owner-nobody", "malformed: owned by nobody",
         "970f05c00a00"
         "91" NOBODY "940a000500"),
    TAIL("slots-owner-short", "malformed: an owner of 15 bytes",
         "970f05c00a00"
         "91"
         "c40f020000000000000000000000000000"
         "940a000500"),
    TAIL("slots-term-above-era", "malformed: term 6 in era 5",
         "970f05c00a00"
         "91" ID "940a000600"),
    TAIL("slots-term-zero", "malformed: term 0",
         "970f05c00a00"
         "91" ID "940a000000"),
    TAIL("slots-part-of-a-run", "malformed: a run without its sequence number",
         "970f05c00a00"
         "91" ID "930a0005"),
    TAIL("slots-record-below", "malformed: a record with a promise below what is accepted",
         "970f05"
         "9301" ID "9302" ID VALUE "0a00"
         "91" ID "940a000500"),
    TAIL("slots-record-no-value", "malformed: a record that is accepted without a value",
         "970f05"
         "9302" ID "9202" ID "0a00"
         "91" ID "940a000500"),
    TAIL("accept-era-zero", "malformed: a vote of those who have no map", "94160001" VALUE),
    TAIL("accept-round-zero", "malformed: the ballot that is none", "94160500" VALUE),
    TAIL("accept-no-range", "malformed: a value of no slot", "9416050192" ID "90"),
    TAIL("accept-half-a-range", "malformed: a range without its count", "9416050192" ID "9100"),
    TAIL("accept-range-of-zero", "malformed: a range of no slot", "9416050192" ID "920000"),
    TAIL("accept-ranges-overlap", "malformed: a slot twice", "9416050192" ID "9400050401"),
    TAIL("accept-ranges-descend", "malformed: ranges the other way round",
         "9416050192" ID "9409010001"),
    TAIL("accept-beyond-all", "malformed: slot 65536", "9416050192" ID "92cdffff02"),
    TAIL("accept-heir-nobody", "malformed: nobody inherits", "9416050192" NOBODY "920001"),
    LIST("accept-65-ranges", "malformed: 65 ranges", "9416050192" ID "dc0082", "0001", 65, NULL),
    LIST("prepare-17-suspects", "malformed: 17 suspects", "95140501dc0022", ID HASH, 17, "00"),
    TAIL("prepare-suspect-no-hash", "malformed: a suspect without its slots", "9514050191" ID "00"),
    TAIL("prepare-ordered-nobody", "malformed: an operator gave up more than are named",
         "9514050192" ID HASH "02"),
    TAIL("promise-17-bits", "malformed: a seventeenth suspect is silent",
         "98150501" HASH "c390ce00010000c0"),
    TAIL("promise-accepted-nobodys", "malformed: accepted at nobody's ballot",
         "98150501" HASH "c3900093"
         "01" NOBODY VALUE),
    TAIL("accepted-no-voice", "malformed: an acceptance without a voice", "94170501" HASH),
    TAIL("outbid-short", "malformed: outbid by no number", "93180501"),
    TAIL("decision-of-the-first-era", "malformed: founding is no decision", "931901" VALUE),
    TAIL("silences-none", "malformed: no entry", "911a"),
    LIST("silences-41", "malformed: 41 entries", "dc002a1a", "92" ID "00", 41, NULL),
    TAIL("silences-33-bits", "malformed: more seconds than 32 bits hold",
         "921a92" ID "cf0000000100000000"),
    TAIL("notices-none", "malformed: no notice", "911f"),
    TAIL("notices-cut", "malformed: a notice without a value", "931f0501"),
    TAIL("notices-version-zero", "malformed: a notice of version 0", "941f0500c0"),
    TAIL("notices-33-bits", "malformed: a key of more than 32 bits", "941fcf000000010000000001c0"),
    TAIL("notices-value-empty", "malformed: a value of no byte", "941f0501c400"),
    LIST("notices-value-65", "malformed: a value of 65 bytes", "941f0501c441", "01", 65, NULL),
    LIST("notices-161", "malformed: 161 notices", "dc01e41f", "0501c0", 161, NULL),
    TAIL("path-probe-33-bits", "malformed: a number of more than 32 bits",
         "9323cf000000010000000004"),
    TAIL("path-probe-family", "malformed: a family that there is not", "93230105"),
    TAIL("path-probe-no-family", "malformed: a path-probe without a family", "922301"),
    TAIL("path-probe-short", "malformed: a path-probe without a number", "9123"),
    TAIL("path-answer-text", "malformed: a text in the place of a number", "9224a131"),
    LIST("sync-notices-bucket-64", "malformed: a bucket that there is not", "932040c50200", "00",
         512, NULL),
    LIST("descriptor-321", "malformed: a descriptor of 321 bytes", "930bc50141", "00", 321,
         "c440"
         "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000"),
    {0},
};
