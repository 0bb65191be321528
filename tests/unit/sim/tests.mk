# SPDX-License-Identifier: Apache-2.0
SIM_TESTS = \
	tests/unit/sim/test_apart \
	tests/unit/sim/test_bootstrap \
	tests/unit/sim/test_bridge \
	tests/unit/sim/test_check \
	tests/unit/sim/test_coverage \
	tests/unit/sim/test_departure \
	tests/unit/sim/test_disk \
	tests/unit/sim/test_enumerate \
	tests/unit/sim/test_fault \
	tests/unit/sim/test_identity \
	tests/unit/sim/test_keys \
	tests/unit/sim/test_network \
	tests/unit/sim/test_operator \
	tests/unit/sim/test_path \
	tests/unit/sim/test_queue \
	tests/unit/sim/test_reclaim \
	tests/unit/sim/test_sim \
	tests/unit/sim/test_statistics \
	tests/unit/sim/test_setting \
	tests/unit/sim/test_storm \
	tests/unit/sim/test_stream
UNIT_TESTS += $(SIM_TESTS)
EXTRA_DIST += tests/unit/sim/scene.h
SIM_TEST_LDADD = src/sim/libsim.a src/node/libnode.a src/lease/liblease.a src/gossip/libgossip.a \
	src/netconf/libnetconf.a src/crypto/libcrypto.a src/wire/libwire.a src/base/libbase.a \
	$(SODIUM_LIBS) $(MSGPACK_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_sim_test_apart_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_apart_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_bootstrap_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_bootstrap_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_bridge_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_bridge_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_check_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_check_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_coverage_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_coverage_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_departure_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_departure_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_disk_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_disk_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_enumerate_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_enumerate_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_fault_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_fault_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_identity_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_identity_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_keys_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_keys_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_network_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_network_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_operator_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_operator_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_path_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_path_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_queue_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_queue_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_sim_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_sim_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_statistics_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_statistics_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_setting_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_setting_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_storm_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_storm_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_stream_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_stream_LDADD = $(SIM_TEST_LDADD)
tests_unit_sim_test_reclaim_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sim_test_reclaim_LDADD = $(SIM_TEST_LDADD)
