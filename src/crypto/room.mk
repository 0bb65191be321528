# SPDX-License-Identifier: Apache-2.0
# crypto: sealed datagrams, identity, cookies, tokens. Pure; the only user of <sodium.h>.
noinst_LIBRARIES += src/crypto/libcrypto.a
PURE_LIBS += src/crypto/libcrypto.a
src_crypto_libcrypto_a_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
src_crypto_libcrypto_a_SOURCES = \
	src/crypto/base64.c src/crypto/base64.h \
	src/crypto/cookie.c src/crypto/cookie.h \
	src/crypto/hash.c src/crypto/hash.h \
	src/crypto/identity.c src/crypto/identity.h \
	src/crypto/key.c src/crypto/key.h \
	src/crypto/keyring.c src/crypto/keyring.h \
	src/crypto/replay.c src/crypto/replay.h \
	src/crypto/seal.c src/crypto/seal.h \
	src/crypto/subkey.h \
	src/crypto/token.c src/crypto/token.h

# What of crypto touches the machine: for programs only, never for a pure room.
noinst_LIBRARIES += src/crypto/libhost.a
src_crypto_libhost_a_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
src_crypto_libhost_a_SOURCES = src/crypto/host.c src/crypto/host.h
