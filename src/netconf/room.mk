# SPDX-License-Identifier: Apache-2.0
# netconf: the cluster's network configuration and what peers say of their devices. Pure.
noinst_LIBRARIES += src/netconf/libnetconf.a
PURE_LIBS += src/netconf/libnetconf.a
src_netconf_libnetconf_a_SOURCES = \
	src/netconf/backend_data.c src/netconf/backend_data.h \
	src/netconf/dual.c src/netconf/dual.h \
	src/netconf/json.c src/netconf/json.h \
	src/netconf/netconf.c src/netconf/netconf.h \
	src/netconf/path_end.c src/netconf/path_end.h \
	src/netconf/settings.c src/netconf/settings.h
src_netconf_libnetconf_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
