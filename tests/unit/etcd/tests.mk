# SPDX-License-Identifier: Apache-2.0
if HAVE_ETCD_BRIDGE
ETCD_TESTS = \
	tests/unit/etcd/test_client \
	tests/unit/etcd/test_endpoints \
	tests/unit/etcd/test_options \
	tests/unit/etcd/test_snapshot
UNIT_TESTS += $(ETCD_TESTS)
ETCD_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
ETCD_TEST_LDADD = $(BRIDGE_LIBS) $(BRIDGE_LIBS_SYSTEM) $(CMOCKA_LIBS)
tests_unit_etcd_test_client_CPPFLAGS = $(ETCD_TEST_CPPFLAGS)
tests_unit_etcd_test_client_LDADD = $(ETCD_TEST_LDADD)
tests_unit_etcd_test_endpoints_CPPFLAGS = $(ETCD_TEST_CPPFLAGS)
tests_unit_etcd_test_endpoints_LDADD = $(ETCD_TEST_LDADD)
tests_unit_etcd_test_options_CPPFLAGS = $(ETCD_TEST_CPPFLAGS)
tests_unit_etcd_test_options_LDADD = $(ETCD_TEST_LDADD)
tests_unit_etcd_test_snapshot_CPPFLAGS = $(ETCD_TEST_CPPFLAGS)
tests_unit_etcd_test_snapshot_LDADD = $(ETCD_TEST_LDADD)
endif
EXTRA_DIST += tests/unit/etcd/web.h
