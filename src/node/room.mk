# SPDX-License-Identifier: Apache-2.0
# node: one agent's whole protocol life behind one step(). Pure.
noinst_LIBRARIES += src/node/libnode.a
PURE_LIBS += src/node/libnode.a
src_node_libnode_a_SOURCES = \
	src/node/answer.c src/node/answer.h \
	src/node/asker.c src/node/asker.h \
	src/node/balance.c src/node/balance.h \
	src/node/bootstrap.c src/node/bootstrap.h \
	src/node/challenge.c src/node/challenge.h \
	src/node/confirm.c src/node/confirm.h \
	src/node/core.h \
	src/node/difference.c src/node/difference.h \
	src/node/donor.c src/node/donor.h \
	src/node/era.c src/node/era.h \
	src/node/eviction.c src/node/eviction.h \
	src/node/generation.c src/node/generation.h \
	src/node/gossip.c src/node/gossip.h \
	src/node/hearing.c src/node/hearing.h \
	src/node/inbound.c src/node/inbound.h \
	src/node/introduction.c src/node/introduction.h \
	src/node/leaver.c src/node/leaver.h \
	src/node/letter.c src/node/letter.h \
	src/node/member_pull.c src/node/member_pull.h \
	src/node/node.c src/node/node.h \
	src/node/outbox.c src/node/outbox.h \
	src/node/own.c src/node/own.h \
	src/node/renewal.c src/node/renewal.h \
	src/node/reclaim.c src/node/reclaim.h \
	src/node/saver.c src/node/saver.h \
	src/node/slot_pull.c src/node/slot_pull.h \
	src/node/state.c src/node/state.h \
	src/node/supersede.c src/node/supersede.h \
	src/node/sync.c src/node/sync.h \
	src/node/view.c src/node/view.h \
	src/node/voter.c src/node/voter.h \
	src/node/vouch.c src/node/vouch.h
