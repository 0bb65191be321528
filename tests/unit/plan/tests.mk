# SPDX-License-Identifier: Apache-2.0
PLAN_TESTS = \
	tests/unit/plan/test_converge \
	tests/unit/plan/test_desired \
	tests/unit/plan/test_diff \
	tests/unit/plan/test_diff_blackhole \
	tests/unit/plan/test_flannel_rules \
	tests/unit/plan/test_inspect \
	tests/unit/plan/test_iptables \
	tests/unit/plan/test_iptables_rule \
	tests/unit/plan/test_diff_dual \
	tests/unit/plan/test_link \
	tests/unit/plan/test_nexthop \
	tests/unit/plan/test_nft_rules \
	tests/unit/plan/test_observed \
	tests/unit/plan/test_op \
	tests/unit/plan/test_script \
	tests/unit/plan/test_route \
	tests/unit/plan/test_unbroken \
	tests/unit/plan/test_ways
UNIT_TESTS += $(PLAN_TESTS)
PLAN_TEST_LDADD = src/plan/libplan.a src/base/libbase.a $(CMOCKA_LIBS)
PLAN_WORLD = tests/unit/plan/world.c tests/unit/plan/world.h
PLAN_DIFFERENCE = $(PLAN_WORLD) tests/unit/plan/difference.c tests/unit/plan/difference.h
tests_unit_plan_test_converge_SOURCES = tests/unit/plan/test_converge.c $(PLAN_WORLD)
tests_unit_plan_test_converge_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_converge_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_desired_SOURCES = tests/unit/plan/test_desired.c $(PLAN_WORLD)
tests_unit_plan_test_desired_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_desired_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_diff_SOURCES = tests/unit/plan/test_diff.c $(PLAN_DIFFERENCE)
tests_unit_plan_test_diff_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_diff_LDADD = $(PLAN_TEST_LDADD)

tests_unit_plan_test_inspect_SOURCES = tests/unit/plan/test_inspect.c $(PLAN_WORLD)
tests_unit_plan_test_inspect_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_inspect_LDADD = $(PLAN_TEST_LDADD)

tests_unit_plan_test_route_SOURCES = tests/unit/plan/test_route.c $(PLAN_WORLD)
tests_unit_plan_test_route_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_route_LDADD = $(PLAN_TEST_LDADD)

tests_unit_plan_test_diff_blackhole_SOURCES = tests/unit/plan/test_diff_blackhole.c $(PLAN_DIFFERENCE)
tests_unit_plan_test_diff_blackhole_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_diff_blackhole_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_diff_dual_SOURCES = tests/unit/plan/test_diff_dual.c $(PLAN_DIFFERENCE)
tests_unit_plan_test_diff_dual_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_diff_dual_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_link_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_link_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_observed_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_observed_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_op_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_op_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_nft_rules_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_nft_rules_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_flannel_rules_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_flannel_rules_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_iptables_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_iptables_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_iptables_rule_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_iptables_rule_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_script_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_script_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_ways_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_ways_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_unbroken_SOURCES = tests/unit/plan/test_unbroken.c $(PLAN_WORLD)
tests_unit_plan_test_unbroken_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_unbroken_LDADD = $(PLAN_TEST_LDADD)
tests_unit_plan_test_nexthop_SOURCES = tests/unit/plan/test_nexthop.c $(PLAN_WORLD)
tests_unit_plan_test_nexthop_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plan_test_nexthop_LDADD = $(PLAN_TEST_LDADD)
