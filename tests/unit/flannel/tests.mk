# SPDX-License-Identifier: Apache-2.0
FLANNEL_TESTS = \
	tests/unit/flannel/test_engine \
	tests/unit/flannel/test_engine_etcd \
	tests/unit/flannel/test_engine_faults \
	tests/unit/flannel/test_key \
	tests/unit/flannel/test_lease \
	tests/unit/flannel/test_reply \
	tests/unit/flannel/test_request \
	tests/unit/flannel/test_survey
UNIT_TESTS += $(FLANNEL_TESTS)
FLANNEL_TEST_LDADD = src/flannel/libflannel.a src/netconf/libnetconf.a src/base/libbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_flannel_test_key_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_key_LDADD = $(FLANNEL_TEST_LDADD)
tests_unit_flannel_test_lease_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_lease_LDADD = $(FLANNEL_TEST_LDADD)
tests_unit_flannel_test_reply_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_reply_LDADD = $(FLANNEL_TEST_LDADD)
tests_unit_flannel_test_request_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_request_LDADD = $(FLANNEL_TEST_LDADD)

# An etcd and a cluster in virtual time.
BRIDGE_WORLD_SOURCES = \
	tests/support/bridge_world.c tests/support/bridge_world.h tests/support/bridge_world_core.h \
	tests/support/bridge_world_bridge.c tests/support/bridge_world_felt.c \
	tests/support/bridge_world_flanneld.c \
	tests/support/etcd_model.c tests/support/etcd_model.h
tests_unit_flannel_test_engine_faults_SOURCES = tests/unit/flannel/test_engine_faults.c $(BRIDGE_WORLD_SOURCES)
tests_unit_flannel_test_engine_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_engine_faults_LDADD = $(FLANNEL_TEST_LDADD)
tests_unit_flannel_test_engine_etcd_SOURCES = tests/unit/flannel/test_engine_etcd.c tests/unit/flannel/engine_rules.h \
	$(BRIDGE_WORLD_SOURCES)
tests_unit_flannel_test_engine_etcd_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_engine_etcd_LDADD = $(FLANNEL_TEST_LDADD)
tests_unit_flannel_test_engine_SOURCES = tests/unit/flannel/test_engine.c tests/unit/flannel/engine_rules.h $(BRIDGE_WORLD_SOURCES)
tests_unit_flannel_test_engine_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_engine_LDADD = $(FLANNEL_TEST_LDADD)
tests_unit_flannel_test_survey_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_flannel_test_survey_LDADD = $(FLANNEL_TEST_LDADD)
