# SPDX-License-Identifier: Apache-2.0
# base: time, prng, bytes, ids, addresses, deadlines, verdicts. Pure.
noinst_LIBRARIES += src/base/libbase.a
PURE_LIBS += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/bytes.c src/base/bytes.h \
	src/base/deadlines.c src/base/deadlines.h \
	src/base/id.h \
	src/base/id_map.c src/base/id_map.h \
	src/base/idiom.h \
	src/base/ip.c src/base/ip.h \
	src/base/mutant.h \
	src/base/prng.c src/base/prng.h \
	src/base/usec.h \
	src/base/verdict.c src/base/verdict.h
