# SPDX-License-Identifier: Apache-2.0
# lease: who owns which slot, gifts, catching up. Pure.
noinst_LIBRARIES += src/lease/liblease.a
PURE_LIBS += src/lease/liblease.a
src_lease_liblease_a_SOURCES = \
	src/lease/acceptor.c src/lease/acceptor.h \
	src/lease/ballot.h \
	src/lease/bridge_mode.c src/lease/bridge_mode.h \
	src/lease/decision.c src/lease/decision.h \
	src/lease/proposal.c src/lease/proposal.h \
	src/lease/silence.c src/lease/silence.h \
	src/lease/value.c src/lease/value.h \
	src/lease/voice.c src/lease/voice.h \
	src/lease/balance.c src/lease/balance.h \
	src/lease/choose.c src/lease/choose.h \
	src/lease/exchange.c src/lease/exchange.h \
	src/lease/foreign.c src/lease/foreign.h \
	src/lease/freed.c src/lease/freed.h \
	src/lease/gift.c src/lease/gift.h \
	src/lease/heirs.c src/lease/heirs.h \
	src/lease/notice.c src/lease/notice.h \
	src/lease/reservation.c src/lease/reservation.h \
	src/lease/restate.c src/lease/restate.h \
	src/lease/slot_map.c src/lease/slot_map.h \
	src/lease/waiting.c src/lease/waiting.h
