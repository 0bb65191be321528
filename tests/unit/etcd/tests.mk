# SPDX-License-Identifier: Apache-2.0
if HAVE_ETCD_BRIDGE
ETCD_TESTS = \
	tests/unit/etcd/test_client \
	tests/unit/etcd/test_endpoints
UNIT_TESTS += $(ETCD_TESTS)
EXTRA_DIST += tests/unit/etcd/web.h
ETCD_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
ETCD_TEST_LDADD = src/etcd/libetcd.a src/ctl/libctl.a src/ctl/libvarlink.a src/base/libbase.a \
	$(CURL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_etcd_test_client_CPPFLAGS = $(ETCD_TEST_CPPFLAGS)
tests_unit_etcd_test_client_LDADD = $(ETCD_TEST_LDADD)
tests_unit_etcd_test_endpoints_CPPFLAGS = $(ETCD_TEST_CPPFLAGS)
tests_unit_etcd_test_endpoints_LDADD = $(ETCD_TEST_LDADD)
endif
