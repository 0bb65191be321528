# SPDX-License-Identifier: Apache-2.0
CRYPTO_TESTS = \
	tests/unit/crypto/test_base64 \
	tests/unit/crypto/test_cookie \
	tests/unit/crypto/test_hash \
	tests/unit/crypto/test_identity \
	tests/unit/crypto/test_key \
	tests/unit/crypto/test_keyring \
	tests/unit/crypto/test_replay \
	tests/unit/crypto/test_seal \
	tests/unit/crypto/test_token
UNIT_TESTS += $(CRYPTO_TESTS)
CRYPTO_TEST_CPPFLAGS = $(UNIT_CPPFLAGS)
CRYPTO_TEST_LDADD = src/crypto/libcrypto.a src/base/libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
tests_unit_crypto_test_base64_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS) $(SODIUM_CFLAGS)
tests_unit_crypto_test_base64_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_cookie_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_cookie_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_hash_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_hash_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_identity_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_identity_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_key_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_key_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_keyring_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_keyring_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_replay_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_replay_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_seal_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_seal_LDADD = $(CRYPTO_TEST_LDADD)
tests_unit_crypto_test_token_CPPFLAGS = $(CRYPTO_TEST_CPPFLAGS)
tests_unit_crypto_test_token_LDADD = $(CRYPTO_TEST_LDADD)
