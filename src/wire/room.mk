# SPDX-License-Identifier: Apache-2.0
# wire: plain structs to MessagePack and back. Pure; the only user of <msgpack.h>.
noinst_LIBRARIES += src/wire/libwire.a
PURE_LIBS += src/wire/libwire.a
src_wire_libwire_a_CPPFLAGS = $(AM_CPPFLAGS) $(MSGPACK_CFLAGS)
src_wire_libwire_a_SOURCES = \
	src/wire/bound.c src/wire/bound.h \
	src/wire/record.c src/wire/record.h \
	src/wire/descriptor.c src/wire/descriptor.h \
	src/wire/message.c src/wire/message.h \
	src/wire/notice.c src/wire/notice.h \
	src/wire/pack.c src/wire/pack.h \
	src/wire/reader.c src/wire/reader.h \
	src/wire/vote.c src/wire/vote.h
