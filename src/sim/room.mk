# SPDX-License-Identifier: Apache-2.0
# sim: felt-sim, many nodes in virtual time. Beside feltd, never inside it; not installed.
noinst_LIBRARIES += src/sim/libsim.a
src_sim_libsim_a_SOURCES = \
	src/sim/act.c src/sim/act.h \
	src/sim/agent.c \
	src/sim/bridge.c src/sim/bridge.h \
	src/sim/check.c src/sim/check.h \
	src/sim/check_agreement.c \
	src/sim/check_balance.c \
	src/sim/check_bridge.c \
	src/sim/check_cluster.c \
	src/sim/check_datagram.c \
	src/sim/check_digest.c \
	src/sim/check_era.c \
	src/sim/check_farewell.c \
	src/sim/check_identity.c \
	src/sim/check_keys.c \
	src/sim/check_lease.c \
	src/sim/check_livelock.c \
	src/sim/check_owner.c \
	src/sim/check_path.c \
	src/sim/check_reclaim.c \
	src/sim/check_reservation.c \
	src/sim/check_self.c \
	src/sim/check_table.c \
	src/sim/coverage.c src/sim/coverage.h \
	src/sim/disk.c src/sim/disk.h \
	src/sim/dump.c src/sim/dump.h \
	src/sim/enumerate.c src/sim/enumerate.h \
	src/sim/etcd.c src/sim/etcd.h \
	src/sim/event_words.c src/sim/event_words.h \
	src/sim/event_text.c src/sim/event_text.h \
	src/sim/fault.c src/sim/fault.h src/sim/fault_list.h \
	src/sim/fault_address.c \
	src/sim/fault_behind.c \
	src/sim/fault_bridge.c \
	src/sim/fault_clone.c \
	src/sim/fault_contest.c \
	src/sim/fault_crash.c \
	src/sim/fault_cut.c \
	src/sim/fault_disk.c \
	src/sim/fault_donor.c \
	src/sim/fault_duel.c \
	src/sim/fault_reserve.c \
	src/sim/fault_filter.c \
	src/sim/fault_keys.c \
	src/sim/fault_stranger.c \
	src/sim/fault_operator.c \
	src/sim/fault_split.c \
	src/sim/fault_stall.c \
	src/sim/fault_storm.c \
	src/sim/fault_suspend.c \
	src/sim/fault_weather.c \
	src/sim/fault_wish.c \
	src/sim/flanneld.c src/sim/flanneld.h \
	src/sim/keys.c src/sim/keys.h \
	src/sim/life.c \
	src/sim/mistake.c src/sim/mistake.h \
	src/sim/network.c src/sim/network.h \
	src/sim/pool.c src/sim/pool.h \
	src/sim/queue.c src/sim/queue.h \
	src/sim/run.c src/sim/run.h \
	src/sim/save_kind.c src/sim/save_kind.h \
	src/sim/sim.c src/sim/sim.h \
	src/sim/statistics.c src/sim/statistics.h \
	src/sim/setting.c src/sim/setting.h \
	src/sim/storm.c src/sim/storm.h \
	src/sim/stream.c src/sim/stream.h \
	src/sim/swarm.c src/sim/swarm.h \
	src/sim/transit.c

SIM_LIBS = src/sim/libsim.a src/node/libnode.a src/lease/liblease.a src/gossip/libgossip.a \
	src/netconf/libnetconf.a src/crypto/libcrypto.a src/crypto/libhost.a src/wire/libwire.a \
	src/base/libbase.a

# The archives are feltd's; --wrap turns calls between them: see memo.h.
noinst_PROGRAMS += src/sim/felt-sim
src_sim_felt_sim_SOURCES = \
	src/sim/deaths.c src/sim/deaths.h \
	src/sim/formed.c src/sim/formed.h \
	src/sim/main.c \
	src/sim/measure.c src/sim/measure.h src/sim/measure_list.h \
	src/sim/measure_detect.c \
	src/sim/measure_donor.c \
	src/sim/measure_heal.c \
	src/sim/measure_join.c \
	src/sim/measure_lease.c \
	src/sim/measure_lifeguard.c \
	src/sim/measure_loss.c \
	src/sim/measure_memory.c \
	src/sim/measure_speed.c \
	src/sim/measure_sync.c \
	src/sim/measure_traffic.c \
	src/sim/memo.c src/sim/memo.h \
	src/sim/options.c src/sim/options.h \
	src/sim/witness.c src/sim/witness.h
src_sim_felt_sim_LDFLAGS = \
	-Wl,--wrap=felt_identity_verify -Wl,--wrap=felt_identity_id \
	-Wl,--wrap=felt_descriptor_decode \
	-Wl,--wrap=felt_signed_descriptor_new -Wl,--wrap=felt_signed_descriptor_free \
	-Wl,--wrap=felt_state_of_node
src_sim_felt_sim_LDADD = $(SIM_LIBS) $(SODIUM_LIBS) $(MSGPACK_LIBS) $(JANSSON_LIBS)
