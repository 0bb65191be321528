# SPDX-License-Identifier: Apache-2.0
# bench.h: one node step by step; tests/support/world.h: several in virtual time.
NODE_TESTS = \
	tests/unit/node/test_era \
	tests/unit/node/test_handlers \
	tests/unit/node/test_hearing \
	tests/unit/node/test_reclaim \
	tests/unit/node/test_voter \
	tests/unit/node/test_answer \
	tests/unit/node/test_asker \
	tests/unit/node/test_bootstrap \
	tests/unit/node/test_bridge \
	tests/unit/node/test_balance \
	tests/unit/node/test_challenge \
	tests/unit/node/test_confirm \
	tests/unit/node/test_crier \
	tests/unit/node/test_keys \
	tests/unit/node/test_detection \
	tests/unit/node/test_difference \
	tests/unit/node/test_donor \
	tests/unit/node/test_eviction \
	tests/unit/node/test_generation \
	tests/unit/node/test_gossip \
	tests/unit/node/test_inbound \
	tests/unit/node/test_introduction \
	tests/unit/node/test_leaver \
	tests/unit/node/test_letter \
	tests/unit/node/test_member_pull \
	tests/unit/node/test_node \
	tests/unit/node/test_node_crash \
	tests/unit/node/test_order \
	tests/unit/node/test_outbox \
	tests/unit/node/test_own \
	tests/unit/node/test_renewal \
	tests/unit/node/test_reserve \
	tests/unit/node/test_saver \
	tests/unit/node/test_setter \
	tests/unit/node/test_slot_pull \
	tests/unit/node/test_state \
	tests/unit/node/test_supersede \
	tests/unit/node/test_sync \
	tests/unit/node/test_target \
	tests/unit/node/test_trial \
	tests/unit/node/test_trial_hosts \
	tests/unit/node/test_view \
	tests/unit/node/test_vouch
UNIT_TESTS += $(NODE_TESTS)
EXTRA_DIST += tests/unit/node/cluster.h tests/unit/node/comeback.h tests/unit/node/scene.h

check_LIBRARIES += tests/unit/node/libbench.a tests/support/libworld.a
tests_unit_node_libbench_a_SOURCES = tests/unit/node/bench.c tests/unit/node/bench.h \
	tests/unit/node/large.c tests/unit/node/large.h
tests_unit_node_libbench_a_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_support_libworld_a_SOURCES = tests/support/world.c tests/support/world.h tests/support/world_judge.c \
	tests/support/world_parts.h tests/support/world_queue.c \
	src/sim/event_words.c src/sim/event_words.h
tests_support_libworld_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)

NODE_TEST_LDADD = tests/unit/node/libbench.a tests/support/libworld.a \
	src/node/libnode.a src/lease/liblease.a src/gossip/libgossip.a \
	src/netconf/libnetconf.a src/crypto/libcrypto.a src/wire/libwire.a src/base/libbase.a \
	$(SODIUM_LIBS) $(MSGPACK_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_node_test_answer_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_answer_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_asker_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_asker_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_bootstrap_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_bootstrap_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_bridge_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_bridge_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_balance_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_balance_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_detection_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_detection_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_difference_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_difference_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_donor_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_donor_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_eviction_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_eviction_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_generation_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_generation_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_gossip_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_gossip_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_inbound_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_inbound_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_introduction_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_introduction_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_leaver_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_leaver_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_letter_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_letter_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_member_pull_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_member_pull_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_node_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_node_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_node_crash_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_node_crash_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_order_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_order_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_outbox_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_outbox_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_own_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_own_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_saver_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_saver_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_slot_pull_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_slot_pull_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_state_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_state_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_sync_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_sync_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_target_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_target_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_trial_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_trial_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_trial_hosts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_trial_hosts_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_view_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_view_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_era_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_era_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_handlers_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_handlers_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_hearing_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_hearing_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_reclaim_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_reclaim_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_voter_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_voter_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_challenge_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_challenge_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_confirm_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_confirm_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_renewal_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_renewal_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_supersede_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_supersede_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_vouch_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_vouch_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_keys_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_keys_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_crier_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_crier_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_setter_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_setter_LDADD = $(NODE_TEST_LDADD)
tests_unit_node_test_reserve_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_node_test_reserve_LDADD = $(NODE_TEST_LDADD)
