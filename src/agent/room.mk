# SPDX-License-Identifier: Apache-2.0
# agent: feltd. The only user of <systemd/...>.
noinst_LIBRARIES += src/agent/libagent.a
src_agent_libagent_a_CPPFLAGS = $(AM_CPPFLAGS) $(SYSTEMD_CFLAGS) $(JANSSON_CFLAGS) \
	-DFELT_SBINDIR='"$(sbindir)"'
src_agent_libagent_a_SOURCES = \
	src/agent/abandon.c src/agent/abandon.h \
	src/agent/adoption.c src/agent/adoption.h \
	src/agent/chronicle.c src/agent/chronicle.h \
	src/agent/devices.c src/agent/devices.h \
	src/agent/echo.c src/agent/echo.h \
	src/agent/env_file.c src/agent/env_file.h \
	src/agent/event_log.c src/agent/event_log.h \
	src/agent/failure.c src/agent/failure.h \
	src/agent/follow.c src/agent/follow.h \
	src/agent/follow_decision.c src/agent/follow_decision.h \
	src/agent/foreign_peers.c src/agent/foreign_peers.h \
	src/agent/hooks.c src/agent/hooks.h \
	src/agent/httpd.c src/agent/httpd.h \
	src/agent/httpd_wish.c src/agent/httpd_wish.h \
	src/agent/lease_change.c src/agent/lease_change.h \
	src/agent/listener.c src/agent/listener.h \
	src/agent/journal.c src/agent/journal.h \
	src/agent/key_files.c src/agent/key_files.h \
	src/agent/machine.c src/agent/machine.h \
	src/agent/log.c src/agent/log.h \
	src/agent/methods.c src/agent/methods.h \
	src/agent/methods_abandon.c \
	src/agent/methods_config.c src/agent/methods_config.h \
	src/agent/methods_conflicts.c \
	src/agent/methods_events.c \
	src/agent/methods_kernel.c \
	src/agent/methods_keys.c \
	src/agent/methods_bridge.c src/agent/methods_bridge.h \
	src/agent/methods_bridge_view.c \
	src/agent/methods_list.c src/agent/methods_list.h \
	src/agent/methods_log.c \
	src/agent/methods_paths.c \
	src/agent/methods_reserve.c \
	src/agent/methods_problems.c \
	src/agent/methods_reclaim.c \
	src/agent/methods_slots.c \
	src/agent/methods_token.c \
	src/agent/net_config.c src/agent/net_config.h \
	src/agent/options.c src/agent/options.h \
	src/agent/options_values.c src/agent/options_values.h \
	src/agent/options_variable.c src/agent/options_variable.h \
	src/agent/overlay.c src/agent/overlay.h \
	src/agent/overlay_socket.c src/agent/overlay_socket.h \
	src/agent/path.c src/agent/path.h \
	src/agent/peers.c src/agent/peers.h \
	src/agent/pick.c src/agent/pick.h \
	src/agent/prepare.c src/agent/prepare.h \
	src/agent/reconciler.c src/agent/reconciler.h \
	src/agent/reconciler_story.c src/agent/reconciler_story.h \
	src/agent/refusal.c src/agent/refusal.h \
	src/agent/reservations.c src/agent/reservations.h \
	src/agent/risk.c src/agent/risk.h \
	src/agent/rules.c src/agent/rules.h \
	src/agent/rules_pass.c src/agent/rules_pass.h \
	src/agent/seeds.c src/agent/seeds.h \
	src/agent/socket_address.c src/agent/socket_address.h \
	src/agent/store.c src/agent/store.h \
	src/agent/subnet_env.c src/agent/subnet_env.h \
	src/agent/sysctl_story.c src/agent/sysctl_story.h \
	src/agent/thread.c src/agent/thread.h \
	src/agent/transport.c src/agent/transport.h \
	src/agent/underlay.c src/agent/underlay.h \
	src/agent/varlink_listen.c src/agent/varlink_listen.h \
	src/agent/varlink_peer.c src/agent/varlink_peer.h \
	src/agent/varlink_server.c src/agent/varlink_server.h \
	src/agent/work.h \
	src/agent/way.h \
	src/agent/writer.c src/agent/writer.h

AGENT_LIBS = src/agent/libagent.a src/ctl/libctl.a src/ctl/libvarlink.a src/kernel/libkernel.a src/plan/libplan.a \
	src/node/libnode.a src/netconf/libnetconf.a src/lease/liblease.a src/gossip/libgossip.a \
	src/crypto/libcrypto.a src/crypto/libhost.a src/wire/libwire.a src/base/libbase.a
AGENT_LIBS_SYSTEM = $(SYSTEMD_LIBS) $(NL_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS) $(MSGPACK_LIBS) -lpthread

sbin_PROGRAMS += src/agent/feltd
src_agent_feltd_SOURCES = src/agent/main.c src/agent/daemon.c src/agent/daemon.h \
	src/agent/daemon_parts.h src/agent/ending.c src/agent/orders.c src/agent/reload.c
src_agent_feltd_CPPFLAGS = $(AM_CPPFLAGS) $(SYSTEMD_CFLAGS) $(JANSSON_CFLAGS)
src_agent_feltd_LDADD = $(AGENT_LIBS) $(AGENT_LIBS_SYSTEM)
