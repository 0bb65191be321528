# SPDX-License-Identifier: Apache-2.0
HTTPD_TESTS = \
	tests/unit/httpd/test_answer \
	tests/unit/httpd/test_doors \
	tests/unit/httpd/test_health \
	tests/unit/httpd/test_metrics \
	tests/unit/httpd/test_options \
	tests/unit/httpd/test_options_file
UNIT_TESTS += $(HTTPD_TESTS)
HTTPD_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
HTTPD_TEST_LDADD = $(HTTPD_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_httpd_test_answer_CPPFLAGS = $(HTTPD_TEST_CPPFLAGS)
tests_unit_httpd_test_answer_LDADD = $(HTTPD_TEST_LDADD)
tests_unit_httpd_test_doors_CPPFLAGS = $(HTTPD_TEST_CPPFLAGS)
tests_unit_httpd_test_doors_LDADD = $(HTTPD_TEST_LDADD)
tests_unit_httpd_test_health_CPPFLAGS = $(HTTPD_TEST_CPPFLAGS)
tests_unit_httpd_test_health_LDADD = $(HTTPD_TEST_LDADD)
tests_unit_httpd_test_metrics_CPPFLAGS = $(HTTPD_TEST_CPPFLAGS)
tests_unit_httpd_test_metrics_LDADD = $(HTTPD_TEST_LDADD)
tests_unit_httpd_test_options_CPPFLAGS = $(HTTPD_TEST_CPPFLAGS)
tests_unit_httpd_test_options_LDADD = $(HTTPD_TEST_LDADD)
tests_unit_httpd_test_options_file_CPPFLAGS = $(HTTPD_TEST_CPPFLAGS)
tests_unit_httpd_test_options_file_LDADD = $(HTTPD_TEST_LDADD)
