# SPDX-License-Identifier: Apache-2.0
NETCONF_TESTS = \
	tests/unit/netconf/test_backend_data \
	tests/unit/netconf/test_dual \
	tests/unit/netconf/test_json \
	tests/unit/netconf/test_netconf \
	tests/unit/netconf/test_path_end \
	tests/unit/netconf/test_settings
UNIT_TESTS += $(NETCONF_TESTS)
NETCONF_TEST_LDADD = src/netconf/libnetconf.a src/base/libbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_netconf_test_backend_data_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_netconf_test_backend_data_LDADD = $(NETCONF_TEST_LDADD)
tests_unit_netconf_test_dual_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_netconf_test_dual_LDADD = $(NETCONF_TEST_LDADD)
tests_unit_netconf_test_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_netconf_test_json_LDADD = $(NETCONF_TEST_LDADD)
tests_unit_netconf_test_netconf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_netconf_test_netconf_LDADD = $(NETCONF_TEST_LDADD)
tests_unit_netconf_test_path_end_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_netconf_test_path_end_LDADD = $(NETCONF_TEST_LDADD)
tests_unit_netconf_test_settings_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_netconf_test_settings_LDADD = $(NETCONF_TEST_LDADD)
