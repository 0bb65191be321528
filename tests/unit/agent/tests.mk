# SPDX-License-Identifier: Apache-2.0
AGENT_TESTS = \
	tests/unit/agent/test_abandon \
	tests/unit/agent/test_adoption \
	tests/unit/agent/test_chronicle \
	tests/unit/agent/test_env_file \
	tests/unit/agent/test_hooks \
	tests/unit/agent/test_httpd \
	tests/unit/agent/test_httpd_wish \
	tests/unit/agent/test_journal \
	tests/unit/agent/test_listener \
	tests/unit/agent/test_log \
	tests/unit/agent/test_methods \
	tests/unit/agent/test_methods_bridge \
	tests/unit/agent/test_methods_dual \
	tests/unit/agent/test_methods_events \
	tests/unit/agent/test_methods_kernel \
	tests/unit/agent/test_methods_keys \
	tests/unit/agent/test_methods_paths \
	tests/unit/agent/test_methods_problems \
	tests/unit/agent/test_methods_slots \
	tests/unit/agent/test_methods_config \
	tests/unit/agent/test_methods_reserve \
	tests/unit/agent/test_methods_reclaim \
	tests/unit/agent/test_methods_token \
	tests/unit/agent/test_net_config \
	tests/unit/agent/test_options \
	tests/unit/agent/test_options_environment \
	tests/unit/agent/test_options_join \
	tests/unit/agent/test_reservations \
	tests/unit/agent/test_overlay_socket \
	tests/unit/agent/test_path \
	tests/unit/agent/test_peers \
	tests/unit/agent/test_seeds \
	tests/unit/agent/test_machine \
	tests/unit/agent/test_key_files \
	tests/unit/agent/test_store \
	tests/unit/agent/test_subnet_env \
	tests/unit/agent/test_writer \
	tests/unit/agent/test_thread \
	tests/unit/agent/test_transport \
	tests/unit/agent/test_varlink_listen \
	tests/unit/agent/test_varlink_peer \
	tests/unit/agent/test_varlink_server \
	tests/unit/agent/test_varlink_stream
UNIT_TESTS += $(AGENT_TESTS)
EXTRA_DIST += tests/unit/agent/scratch.h tests/unit/agent/varlink_fixture.h
EXTRA_DIST += tests/unit/agent/no_bridge.h tests/unit/agent/options_parse.h
METHODS_SCENE = tests/unit/agent/methods_scene.c tests/unit/agent/methods_scene.h
AGENT_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS) $(SYSTEMD_CFLAGS)
# Not libnode.a: test_methods brings a node of its own.
AGENT_TEST_LDADD = src/agent/libagent.a src/ctl/libctl.a src/ctl/libvarlink.a src/plan/libplan.a src/netconf/libnetconf.a \
	src/lease/liblease.a src/crypto/libcrypto.a src/base/libbase.a \
	$(SYSTEMD_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS) $(CMOCKA_LIBS) -lpthread
tests_unit_agent_test_chronicle_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_chronicle_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_events_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_events_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_slots_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_slots_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_varlink_stream_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_varlink_stream_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_varlink_peer_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_varlink_peer_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_kernel_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_kernel_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_env_file_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_env_file_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_journal_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_journal_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_hooks_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_hooks_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_httpd_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_httpd_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_httpd_wish_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_httpd_wish_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_listener_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_listener_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_adoption_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_adoption_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_abandon_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_abandon_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_config_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_config_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_reserve_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_reserve_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_bridge_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_bridge_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_dual_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_dual_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_peers_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_peers_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_paths_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_paths_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_overlay_socket_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_overlay_socket_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_problems_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_problems_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_reclaim_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_reclaim_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_log_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_log_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_SOURCES = tests/unit/agent/test_methods.c $(METHODS_SCENE)
tests_unit_agent_test_methods_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_methods_token_SOURCES = tests/unit/agent/test_methods_token.c $(METHODS_SCENE)
tests_unit_agent_test_methods_token_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_token_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_net_config_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_net_config_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_reservations_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_reservations_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_options_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_options_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_options_environment_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_options_environment_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_options_join_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_options_join_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_path_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_path_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_subnet_env_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_subnet_env_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_varlink_listen_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_varlink_listen_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_varlink_server_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_varlink_server_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_seeds_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_seeds_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_machine_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_machine_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_key_files_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_key_files_LDADD = src/agent/libagent.a $(NODE_TEST_LDADD) $(SYSTEMD_LIBS) -lpthread
tests_unit_agent_test_methods_keys_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_methods_keys_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_store_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_store_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_thread_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_thread_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_transport_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_transport_LDADD = $(AGENT_TEST_LDADD)
tests_unit_agent_test_writer_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_writer_LDADD = $(AGENT_TEST_LDADD)
# These need the kernel room's and the plan's nouns too.
RECONCILER_TESTS = tests/unit/agent/test_follow tests/unit/agent/test_reconciler_story \
	tests/unit/agent/test_refusal tests/unit/agent/test_sysctl_story tests/unit/agent/test_underlay
RECONCILER_TEST_LDADD = src/agent/libagent.a src/kernel/libkernel.a src/plan/libplan.a \
	src/base/libbase.a $(NL_LIBS) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += $(RECONCILER_TESTS)
tests_unit_agent_test_follow_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_follow_LDADD = $(RECONCILER_TEST_LDADD)
tests_unit_agent_test_reconciler_story_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_reconciler_story_LDADD = $(RECONCILER_TEST_LDADD)
tests_unit_agent_test_underlay_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_underlay_LDADD = $(RECONCILER_TEST_LDADD)
tests_unit_agent_test_refusal_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_refusal_LDADD = $(RECONCILER_TEST_LDADD)
tests_unit_agent_test_sysctl_story_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_unit_agent_test_sysctl_story_LDADD = $(RECONCILER_TEST_LDADD)
