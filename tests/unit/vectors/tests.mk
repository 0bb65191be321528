# SPDX-License-Identifier: Apache-2.0
# The golden vectors, and the program that makes them anew (tests/vectors/README).
UNIT_TESTS += tests/unit/vectors/test_vectors
EXTRA_DIST += tests/vectors
VECTORS_SOURCES = tests/unit/vectors/vectors.h tests/support/messages.c tests/support/messages_equal.c tests/support/messages.h
VECTORS_LDADD = src/crypto/libcrypto.a src/wire/libwire.a src/base/libbase.a \
	$(SODIUM_LIBS) $(MSGPACK_LIBS)
tests_unit_vectors_test_vectors_SOURCES = tests/unit/vectors/test_vectors.c $(VECTORS_SOURCES)
tests_unit_vectors_test_vectors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_vectors_test_vectors_LDADD = $(VECTORS_LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/vectors/make_vectors
tests_unit_vectors_make_vectors_SOURCES = tests/unit/vectors/make_vectors.c \
	tests/unit/vectors/plain_cases.c tests/unit/vectors/plain_cases.h $(VECTORS_SOURCES)
tests_unit_vectors_make_vectors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_vectors_make_vectors_LDADD = $(VECTORS_LDADD)
