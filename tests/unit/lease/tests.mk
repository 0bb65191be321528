# SPDX-License-Identifier: Apache-2.0
LEASE_TESTS = \
	tests/unit/lease/test_choose \
	tests/unit/lease/test_exchange \
	tests/unit/lease/test_gift \
	tests/unit/lease/test_heirs \
	tests/unit/lease/test_slot_map
UNIT_TESTS += $(LEASE_TESTS)
EXTRA_DIST += tests/unit/lease/owner.h
LEASE_TEST_LDADD = src/lease/liblease.a src/crypto/libcrypto.a src/wire/libwire.a \
	src/base/libbase.a $(SODIUM_LIBS) $(MSGPACK_LIBS) $(CMOCKA_LIBS)
tests_unit_lease_test_choose_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_choose_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_exchange_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_exchange_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_gift_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_gift_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_heirs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_heirs_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_slot_map_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_slot_map_LDADD = $(LEASE_TEST_LDADD)
