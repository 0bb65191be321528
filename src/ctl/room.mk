# SPDX-License-Identifier: Apache-2.0
# ctl: Varlink on a Unix socket (frames, client, descriptions), and feltctl. feltd's server uses the
# frames and descriptions, too.
noinst_LIBRARIES += src/ctl/libvarlink.a
src_ctl_libvarlink_a_SOURCES = \
	src/ctl/varlink_client.c src/ctl/varlink_client.h \
	src/ctl/varlink_frame.c src/ctl/varlink_frame.h \
	src/ctl/varlink_text.h
nodist_src_ctl_libvarlink_a_SOURCES = src/ctl/varlink_text.c
src_ctl_libvarlink_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

VARLINK_INTERFACES = \
	$(srcdir)/proto/org.varlink.service.varlink \
	$(srcdir)/proto/io.felt.varlink
EXTRA_DIST += src/ctl/embed_text.awk proto/org.varlink.service.varlink proto/io.felt.varlink
CLEANFILES += src/ctl/varlink_text.c
src/ctl/varlink_text.c: src/ctl/embed_text.awk $(VARLINK_INTERFACES)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(AWK) -f $(srcdir)/src/ctl/embed_text.awk $(VARLINK_INTERFACES) >$@.tmp && mv $@.tmp $@

noinst_LIBRARIES += src/ctl/libctl.a
src_ctl_libctl_a_SOURCES = \
	src/ctl/doctor.c src/ctl/doctor.h \
	src/ctl/doctor_cluster.c \
	src/ctl/doctor_file.c \
	src/ctl/doctor_firewall.c \
	src/ctl/doctor_host.c \
	src/ctl/duration.c src/ctl/duration.h \
	src/ctl/event_line.c src/ctl/event_line.h \
	src/ctl/explain.c src/ctl/explain.h \
	src/ctl/paint.c src/ctl/paint.h \
	src/ctl/report.c src/ctl/report.h \
	src/ctl/seed.c src/ctl/seed.h \
	src/ctl/slot_picture.c src/ctl/slot_picture.h \
	src/ctl/stats.c src/ctl/stats.h \
	src/ctl/table.c src/ctl/table.h
src_ctl_libctl_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

bin_PROGRAMS += src/ctl/feltctl
src_ctl_feltctl_SOURCES = src/ctl/feltctl.c \
	src/ctl/ask.c src/ctl/ask.h \
	src/ctl/command.h src/ctl/request.h \
	src/ctl/cleanup.h src/ctl/cleanup_device.c src/ctl/cleanup_rules.c \
	src/ctl/command_cleanup.c \
	src/ctl/command_config.c \
	src/ctl/command_doctor.c \
	src/ctl/command_events.c \
	src/ctl/command_explain.c \
	src/ctl/command_join.c \
	src/ctl/command_keys.c \
	src/ctl/command_leave.c \
	src/ctl/command_log_level.c \
	src/ctl/command_reserve.c src/ctl/saved.c src/ctl/saved.h \
	src/ctl/command_reclaim.c \
	src/ctl/command_show.c \
	src/ctl/command_slots.c \
	src/ctl/command_stats.c \
	src/ctl/command_token.c \
	src/ctl/command_watch.c \
	src/ctl/doctor_facts.c
src_ctl_feltctl_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_ctl_feltctl_LDADD = src/ctl/libctl.a src/ctl/libvarlink.a src/kernel/libkernel.a \
	src/plan/libplan.a src/netconf/libnetconf.a src/base/libbase.a $(NL_LIBS) $(JANSSON_LIBS)
