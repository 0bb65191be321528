# SPDX-License-Identifier: Apache-2.0
BASE_TESTS = \
	tests/unit/base/test_bytes \
	tests/unit/base/test_deadlines \
	tests/unit/base/test_id_map \
	tests/unit/base/test_ip \
	tests/unit/base/test_prng \
	tests/unit/base/test_verdict
UNIT_TESTS += $(BASE_TESTS)
BASE_TEST_LDADD = src/base/libbase.a $(CMOCKA_LIBS)
tests_unit_base_test_bytes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_bytes_LDADD = $(BASE_TEST_LDADD)
tests_unit_base_test_deadlines_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_deadlines_LDADD = $(BASE_TEST_LDADD)
tests_unit_base_test_id_map_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_id_map_LDADD = $(BASE_TEST_LDADD)
tests_unit_base_test_ip_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_ip_LDADD = $(BASE_TEST_LDADD)
tests_unit_base_test_prng_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_prng_LDADD = $(BASE_TEST_LDADD)
tests_unit_base_test_verdict_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_verdict_LDADD = $(BASE_TEST_LDADD)
