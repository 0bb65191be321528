# SPDX-License-Identifier: Apache-2.0
CTL_TESTS = \
	tests/unit/ctl/test_doctor_cluster \
	tests/unit/ctl/test_doctor_file \
	tests/unit/ctl/test_doctor_firewall \
	tests/unit/ctl/test_doctor_host \
	tests/unit/ctl/test_event_line \
	tests/unit/ctl/test_explain \
	tests/unit/ctl/test_slot_picture \
	tests/unit/ctl/test_stats \
	tests/unit/ctl/test_duration \
	tests/unit/ctl/test_feltctl \
	tests/unit/ctl/test_feltctl_operator \
	tests/unit/ctl/test_report \
	tests/unit/ctl/test_seed \
	tests/unit/ctl/test_table \
	tests/unit/ctl/test_varlink_client \
	tests/unit/ctl/test_varlink_frame
UNIT_TESTS += $(CTL_TESTS)
EXTRA_DIST += tests/unit/ctl/doctor_fixture.h tests/unit/ctl/puppet.h tests/unit/ctl/run_feltctl.h
CTL_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
CTL_TEST_LDADD = src/ctl/libctl.a src/ctl/libvarlink.a src/netconf/libnetconf.a \
	src/base/libbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
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
tests_unit_ctl_test_doctor_cluster_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_doctor_cluster_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_doctor_file_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_doctor_file_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_doctor_firewall_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_doctor_firewall_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_doctor_host_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_doctor_host_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_event_line_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_event_line_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_explain_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_explain_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_slot_picture_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_slot_picture_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_stats_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_stats_LDADD = $(CTL_TEST_LDADD)
tests_unit_ctl_test_feltctl_operator_CPPFLAGS = $(CTL_TEST_CPPFLAGS)
tests_unit_ctl_test_feltctl_operator_LDADD = $(CTL_TEST_LDADD)
