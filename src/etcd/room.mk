# SPDX-License-Identifier: Apache-2.0
# etcd: felt-etcd-bridge. The only user of <curl/...>.
if HAVE_ETCD_BRIDGE
noinst_LIBRARIES += src/etcd/libetcd.a
src_etcd_libetcd_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS)
src_etcd_libetcd_a_SOURCES = \
	src/etcd/client.c src/etcd/client.h \
	src/etcd/endpoints.c src/etcd/endpoints.h \
	src/etcd/feltd_reply.c src/etcd/feltd_reply.h \
	src/etcd/options.c src/etcd/options.h \
	src/etcd/password.c src/etcd/password.h \
	src/etcd/snapshot.c src/etcd/snapshot.h \
	src/etcd/transfer.c src/etcd/transfer.h \
	src/etcd/trouble.c src/etcd/trouble.h

# Of libagent: the log and small files only.
BRIDGE_LIBS = src/etcd/libetcd.a src/agent/libagent.a src/ctl/libctl.a src/ctl/libvarlink.a \
	src/flannel/libflannel.a src/netconf/libnetconf.a src/base/libbase.a
BRIDGE_LIBS_SYSTEM = $(CURL_LIBS) $(JANSSON_LIBS)

sbin_PROGRAMS += src/etcd/felt-etcd-bridge
src_etcd_felt_etcd_bridge_SOURCES = src/etcd/main.c \
	src/etcd/bridge.c src/etcd/bridge.h \
	src/etcd/command_cutover.c \
	src/etcd/command_export.c \
	src/etcd/command_import.c \
	src/etcd/command_sync.c \
	src/etcd/network.c src/etcd/network.h \
	src/etcd/sync.h src/etcd/sync_begin.c src/etcd/sync_etcd.c src/etcd/sync_feltd.c \
	src/etcd/tombstone.c src/etcd/tombstone.h
src_etcd_felt_etcd_bridge_CPPFLAGS = $(src_etcd_libetcd_a_CPPFLAGS)
src_etcd_felt_etcd_bridge_LDADD = $(BRIDGE_LIBS) $(BRIDGE_LIBS_SYSTEM)
endif
