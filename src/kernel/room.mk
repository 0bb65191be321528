# SPDX-License-Identifier: Apache-2.0
# kernel: netlink and nft: observe, apply, watch. The only room that includes <netlink/...>.
noinst_LIBRARIES += src/kernel/libkernel.a
src_kernel_libkernel_a_CPPFLAGS = $(AM_CPPFLAGS) $(NL_CFLAGS)
src_kernel_libkernel_a_SOURCES = \
	src/kernel/apply.c src/kernel/apply.h \
	src/kernel/error.c src/kernel/error.h \
	src/kernel/fill.c src/kernel/fill.h \
	src/kernel/iptables.c src/kernel/iptables.h \
	src/kernel/links.c src/kernel/links.h \
	src/kernel/nft.c src/kernel/nft.h \
	src/kernel/nft_watch.c src/kernel/nft_watch.h \
	src/kernel/observe.c src/kernel/observe.h \
	src/kernel/offload.c src/kernel/offload.h \
	src/kernel/parse.c src/kernel/parse.h \
	src/kernel/program.c src/kernel/program.h \
	src/kernel/ruleset.c src/kernel/ruleset.h \
	src/kernel/socket.c src/kernel/socket.h \
	src/kernel/sysctl.c src/kernel/sysctl.h \
	src/kernel/watch.c src/kernel/watch.h \
	src/kernel/way_out.c src/kernel/way_out.h
