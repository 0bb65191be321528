# SPDX-License-Identifier: Apache-2.0
# httpd: felt-httpd, health, metrics and the status page over HTTP. The only user of <microhttpd.h>,
# and only here where configure has found it; what says things is built and tested in any case.
noinst_LIBRARIES += src/httpd/libhttpd.a
src_httpd_libhttpd_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_httpd_libhttpd_a_SOURCES = \
	src/httpd/answer.c src/httpd/answer.h \
	src/httpd/doors.c src/httpd/doors.h \
	src/httpd/health.c src/httpd/health.h \
	src/httpd/metrics.c src/httpd/metrics.h \
	src/httpd/options.c src/httpd/options.h \
	src/httpd/options_file.c src/httpd/options_file.h \
	src/httpd/page_text.h \
	src/httpd/source.c src/httpd/source.h
nodist_src_httpd_libhttpd_a_SOURCES = src/httpd/page_text.c

PAGE = src/httpd/page.html src/httpd/page.css src/httpd/page.js
EXTRA_DIST += src/httpd/embed_page.sh $(PAGE)
CLEANFILES += src/httpd/page_text.c
src/httpd/page_text.c: src/httpd/embed_page.sh $(PAGE)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/src/httpd/embed_page.sh $(srcdir)/src/httpd >$@.tmp && mv $@.tmp $@

HTTPD_LIBS = src/httpd/libhttpd.a src/ctl/libvarlink.a src/base/libbase.a
if HAVE_HTTPD
sbin_PROGRAMS += src/httpd/felt-httpd
endif
src_httpd_felt_httpd_SOURCES = src/httpd/main.c \
	src/httpd/privilege.c src/httpd/privilege.h \
	src/httpd/server.c src/httpd/server.h
src_httpd_felt_httpd_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(MICROHTTPD_CFLAGS)
src_httpd_felt_httpd_LDADD = $(HTTPD_LIBS) $(JANSSON_LIBS) $(MICROHTTPD_LIBS)
