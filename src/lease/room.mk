# SPDX-License-Identifier: Apache-2.0
# lease: who owns which slot, gifts, catching up. Pure.
noinst_LIBRARIES += src/lease/liblease.a
PURE_LIBS += src/lease/liblease.a
src_lease_liblease_a_SOURCES = \
	src/lease/choose.c src/lease/choose.h \
	src/lease/exchange.c src/lease/exchange.h \
	src/lease/gift.c src/lease/gift.h \
	src/lease/heirs.c src/lease/heirs.h \
	src/lease/slot_map.c src/lease/slot_map.h
