# SPDX-License-Identifier: Apache-2.0
CTL_TESTS = \
	tests/unit/ctl/test_duration \
	tests/unit/ctl/test_feltctl \
	tests/unit/ctl/test_report \
	tests/unit/ctl/test_seed \
	tests/unit/ctl/test_table \
	tests/unit/ctl/test_varlink_client \
	tests/unit/ctl/test_varlink_frame
UNIT_TESTS += $(CTL_TESTS)
EXTRA_DIST += tests/unit/ctl/puppet.h
CTL_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
CTL_TEST_LDADD = src/ctl/libctl.a src/ctl/libvarlink.a src/base/libbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_ctl_test_duration_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_duration_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_feltctl_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_feltctl_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_report_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_report_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_seed_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_seed_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_table_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_table_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_varlink_client_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_varlink_client_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_varlink_frame_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_varlink_frame_LDADD = $(CTL_TEST_LDADD)
