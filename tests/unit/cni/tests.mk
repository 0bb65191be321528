# SPDX-License-Identifier: Apache-2.0
CNI_UNIT_TESTS = \
	tests/unit/cni/test_attachment \
	tests/unit/cni/test_call \
	tests/unit/cni/test_delegation \
	tests/unit/cni/test_subnet_file
UNIT_TESTS += $(CNI_UNIT_TESTS)
CNI_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
CNI_TEST_LDADD = src/cni/libcni.a src/netconf/libnetconf.a src/base/libbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_cni_test_attachment_CPPFLAGS = $(CNI_TEST_CPPFLAGS)
tests_unit_cni_test_attachment_LDADD = $(CNI_TEST_LDADD)
tests_unit_cni_test_call_CPPFLAGS = $(CNI_TEST_CPPFLAGS)
tests_unit_cni_test_call_LDADD = $(CNI_TEST_LDADD)
tests_unit_cni_test_delegation_CPPFLAGS = $(CNI_TEST_CPPFLAGS)
tests_unit_cni_test_delegation_LDADD = $(CNI_TEST_LDADD)
tests_unit_cni_test_subnet_file_CPPFLAGS = $(CNI_TEST_CPPFLAGS)
tests_unit_cni_test_subnet_file_LDADD = $(CNI_TEST_LDADD)
