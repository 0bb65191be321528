# SPDX-License-Identifier: Apache-2.0
# cni: the CNI plugin of type "felt", a program of its own that knows feltd only by subnet.env.
noinst_LIBRARIES += src/cni/libcni.a
src_cni_libcni_a_SOURCES = \
	src/cni/attachment.c src/cni/attachment.h \
	src/cni/call.c src/cni/call.h \
	src/cni/command.c src/cni/command.h \
	src/cni/command_gc.c \
	src/cni/delegation.c src/cni/delegation.h \
	src/cni/failure.c src/cni/failure.h \
	src/cni/plugin.c src/cni/plugin.h \
	src/cni/subnet_file.c src/cni/subnet_file.h
src_cni_libcni_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

# The name of the program is the "type" of the configuration; the directory is Debian's.
cnidir = $(prefix)/lib/cni
cni_PROGRAMS = src/cni/felt
src_cni_felt_SOURCES = src/cni/main.c
src_cni_felt_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_cni_felt_LDADD = src/cni/libcni.a src/netconf/libnetconf.a src/base/libbase.a $(JANSSON_LIBS)
