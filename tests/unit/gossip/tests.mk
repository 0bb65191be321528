# SPDX-License-Identifier: Apache-2.0
GOSSIP_TESTS = \
	tests/unit/gossip/test_check \
	tests/unit/gossip/test_crowd \
	tests/unit/gossip/test_health \
	tests/unit/gossip/test_knock \
	tests/unit/gossip/test_member \
	tests/unit/gossip/test_news \
	tests/unit/gossip/test_probe \
	tests/unit/gossip/test_relay \
	tests/unit/gossip/test_ring \
	tests/unit/gossip/test_rtt \
	tests/unit/gossip/test_rumour \
	tests/unit/gossip/test_scale \
	tests/unit/gossip/test_standing \
	tests/unit/gossip/test_suspicion \
	tests/unit/gossip/test_swim
UNIT_TESTS += $(GOSSIP_TESTS)
EXTRA_DIST += tests/unit/gossip/crowd.h tests/unit/gossip/swim_bench.h
GOSSIP_TEST_LDADD = src/gossip/libgossip.a src/crypto/libcrypto.a src/wire/libwire.a \
	src/base/libbase.a $(SODIUM_LIBS) $(MSGPACK_LIBS) $(CMOCKA_LIBS)
tests_unit_gossip_test_check_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_check_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_crowd_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_crowd_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_health_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_health_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_knock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_knock_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_member_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_member_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_news_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_news_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_probe_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_probe_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_relay_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_relay_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_ring_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_ring_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_rtt_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_rtt_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_rumour_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_rumour_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_scale_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_scale_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_standing_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_standing_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_suspicion_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_suspicion_LDADD = $(GOSSIP_TEST_LDADD)
tests_unit_gossip_test_swim_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_gossip_test_swim_LDADD = $(GOSSIP_TEST_LDADD)
