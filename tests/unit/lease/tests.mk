# SPDX-License-Identifier: Apache-2.0
LEASE_TESTS = \
	tests/unit/lease/test_acceptor \
	tests/unit/lease/test_decision \
	tests/unit/lease/test_proposal \
	tests/unit/lease/test_restate \
	tests/unit/lease/test_silence \
	tests/unit/lease/test_value \
	tests/unit/lease/test_voice \
	tests/unit/lease/test_balance \
	tests/unit/lease/test_choose \
	tests/unit/lease/test_exchange \
	tests/unit/lease/test_foreign \
	tests/unit/lease/test_freed \
	tests/unit/lease/test_gift \
	tests/unit/lease/test_heirs \
	tests/unit/lease/test_notice \
	tests/unit/lease/test_reservation \
	tests/unit/lease/test_slot_map \
	tests/unit/lease/test_waiting
UNIT_TESTS += $(LEASE_TESTS)
EXTRA_DIST += tests/unit/lease/keep.h tests/unit/lease/owner.h
LEASE_TEST_LDADD = src/lease/liblease.a src/crypto/libcrypto.a src/wire/libwire.a \
	src/base/libbase.a $(SODIUM_LIBS) $(MSGPACK_LIBS) $(CMOCKA_LIBS)
tests_unit_lease_test_balance_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_balance_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_choose_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_choose_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_exchange_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_exchange_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_foreign_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_foreign_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_freed_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_freed_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_gift_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_gift_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_heirs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_heirs_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_slot_map_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_slot_map_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_waiting_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_waiting_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_acceptor_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_acceptor_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_decision_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_decision_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_proposal_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_proposal_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_restate_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_restate_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_silence_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_silence_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_value_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_value_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_voice_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_voice_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_notice_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_notice_LDADD = $(LEASE_TEST_LDADD)
tests_unit_lease_test_reservation_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_lease_test_reservation_LDADD = $(LEASE_TEST_LDADD)
