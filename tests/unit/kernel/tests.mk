# SPDX-License-Identifier: Apache-2.0
# What runs without a kernel; the rest is tests/lab/kernel.sh.
KERNEL_TESTS = \
	tests/unit/kernel/test_error \
	tests/unit/kernel/test_fill \
	tests/unit/kernel/test_nft \
	tests/unit/kernel/test_parse \
	tests/unit/kernel/test_program \
	tests/unit/kernel/test_sysctl \
	tests/unit/kernel/test_way_out
UNIT_TESTS += $(KERNEL_TESTS)
KERNEL_TEST_LDADD = src/kernel/libkernel.a src/plan/libplan.a src/base/libbase.a $(NL_LIBS) \
	$(CMOCKA_LIBS)
KERNEL_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(NL_CFLAGS)
tests_unit_kernel_test_error_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_error_LDADD = $(KERNEL_TEST_LDADD)
tests_unit_kernel_test_fill_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_fill_LDADD = $(KERNEL_TEST_LDADD)
tests_unit_kernel_test_nft_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_nft_LDADD = $(KERNEL_TEST_LDADD)
tests_unit_kernel_test_parse_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_parse_LDADD = $(KERNEL_TEST_LDADD)
tests_unit_kernel_test_program_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_program_LDADD = $(KERNEL_TEST_LDADD)
tests_unit_kernel_test_sysctl_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_sysctl_LDADD = $(KERNEL_TEST_LDADD)
tests_unit_kernel_test_way_out_CPPFLAGS = $(KERNEL_TEST_CPPFLAGS)
tests_unit_kernel_test_way_out_LDADD = $(KERNEL_TEST_LDADD)
