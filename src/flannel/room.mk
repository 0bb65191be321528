# SPDX-License-Identifier: Apache-2.0
# flannel: what flanneld keeps in etcd v2, and what the etcd bridge decides about it. Pure.
noinst_LIBRARIES += src/flannel/libflannel.a
PURE_LIBS += src/flannel/libflannel.a
src_flannel_libflannel_a_SOURCES = \
	src/flannel/decide.c \
	src/flannel/demand.c \
	src/flannel/engine.c src/flannel/engine.h src/flannel/engine_core.h \
	src/flannel/key.c src/flannel/key.h \
	src/flannel/lease.c src/flannel/lease.h \
	src/flannel/lock.c \
	src/flannel/reply.c src/flannel/reply.h \
	src/flannel/request.c src/flannel/request.h \
	src/flannel/seat.c \
	src/flannel/survey.c src/flannel/survey.h \
	src/flannel/sync.c \
	src/flannel/tell.c
src_flannel_libflannel_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
