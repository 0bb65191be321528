# SPDX-License-Identifier: Apache-2.0
# gossip: SWIM with Lifeguard's suspicions: members, probes, rumours. Pure.
noinst_LIBRARIES += src/gossip/libgossip.a
PURE_LIBS += src/gossip/libgossip.a
src_gossip_libgossip_a_SOURCES = \
	src/gossip/check.c src/gossip/check.h \
	src/gossip/crowd.c src/gossip/crowd.h \
	src/gossip/health.h \
	src/gossip/knock.c src/gossip/knock.h \
	src/gossip/member.c src/gossip/member.h \
	src/gossip/news.c src/gossip/news.h \
	src/gossip/path.h \
	src/gossip/probe.c src/gossip/probe.h \
	src/gossip/relay.c src/gossip/relay.h \
	src/gossip/ring.c src/gossip/ring.h \
	src/gossip/rtt.c src/gossip/rtt.h \
	src/gossip/rumour.c src/gossip/rumour.h \
	src/gossip/scale.c src/gossip/scale.h \
	src/gossip/signed_descriptor.c src/gossip/signed_descriptor.h \
	src/gossip/standing.c src/gossip/standing.h \
	src/gossip/suspicion.c src/gossip/suspicion.h \
	src/gossip/swim.c src/gossip/swim.h \
	src/gossip/swim_core.h src/gossip/tuning.h
