# SPDX-License-Identifier: Apache-2.0
# Every decoder under libFuzzer (configure --enable-fuzz with clang; 'make check-fuzz'). Without it the
# same targets run over their corpus, cut and flipped, as a part of 'make check'.
FUZZ_TARGETS = \
	tests/fuzz/fuzz_datagram \
	tests/fuzz/fuzz_descriptor \
	tests/fuzz/fuzz_flannel \
	tests/fuzz/fuzz_key \
	tests/fuzz/fuzz_netconf \
	tests/fuzz/fuzz_netlink \
	tests/fuzz/fuzz_record \
	tests/fuzz/fuzz_token \
	tests/fuzz/fuzz_varlink
check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/check-fuzz

FUZZ_SECONDS = 10
if ENABLE_FUZZ
FUZZ_MAIN =
FUZZER_FLAGS = -fsanitize=fuzzer
check-fuzz: $(FUZZ_TARGETS)
	@$(BASH_PATH) $(srcdir)/tests/fuzz/check-fuzz $(FUZZ_SECONDS) $(srcdir)/tests/fuzz/corpus $(FUZZ_TARGETS)
else
FUZZ_MAIN = tests/fuzz/driver.c
FUZZER_FLAGS =
TESTS += $(FUZZ_TARGETS)
check-fuzz:
	@echo "configure with --enable-fuzz CC=clang first" >&2; exit 1
endif
.PHONY: check-fuzz

FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)
FUZZ_COMMON = tests/fuzz/fuzz.h $(FUZZ_MAIN)

tests_fuzz_fuzz_datagram_SOURCES = tests/fuzz/fuzz_datagram.c $(FUZZ_COMMON) \
	tests/support/messages.c tests/support/messages_equal.c tests/support/messages.h
tests_fuzz_fuzz_datagram_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_datagram_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_datagram_LDADD = src/wire/libwire.a src/base/libbase.a $(MSGPACK_LIBS)

tests_fuzz_fuzz_descriptor_SOURCES = tests/fuzz/fuzz_descriptor.c $(FUZZ_COMMON)
tests_fuzz_fuzz_descriptor_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_descriptor_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_descriptor_LDADD = src/wire/libwire.a src/base/libbase.a $(MSGPACK_LIBS)

tests_fuzz_fuzz_flannel_SOURCES = tests/fuzz/fuzz_flannel.c $(FUZZ_COMMON)
tests_fuzz_fuzz_flannel_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_flannel_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_flannel_LDADD = src/flannel/libflannel.a src/netconf/libnetconf.a src/base/libbase.a $(JANSSON_LIBS)

tests_fuzz_fuzz_key_SOURCES = tests/fuzz/fuzz_key.c $(FUZZ_COMMON)
tests_fuzz_fuzz_key_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_key_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_key_LDADD = src/crypto/libcrypto.a src/base/libbase.a $(SODIUM_LIBS)

tests_fuzz_fuzz_netconf_SOURCES = tests/fuzz/fuzz_netconf.c $(FUZZ_COMMON)
tests_fuzz_fuzz_netconf_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_netconf_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_netconf_LDADD = src/netconf/libnetconf.a src/base/libbase.a $(JANSSON_LIBS)

tests_fuzz_fuzz_netlink_SOURCES = tests/fuzz/fuzz_netlink.c $(FUZZ_COMMON)
tests_fuzz_fuzz_netlink_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_netlink_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_netlink_LDADD = src/kernel/libkernel.a src/plan/libplan.a src/base/libbase.a $(NL_LIBS)

tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz_record.c $(FUZZ_COMMON)
tests_fuzz_fuzz_record_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_record_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_record_LDADD = src/wire/libwire.a src/base/libbase.a $(MSGPACK_LIBS)

tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz_token.c $(FUZZ_COMMON)
tests_fuzz_fuzz_token_CPPFLAGS = $(FUZZ_CPPFLAGS) $(SODIUM_CFLAGS)
tests_fuzz_fuzz_token_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_token_LDADD = src/crypto/libcrypto.a src/base/libbase.a $(SODIUM_LIBS)

tests_fuzz_fuzz_varlink_SOURCES = tests/fuzz/fuzz_varlink.c $(FUZZ_COMMON)
tests_fuzz_fuzz_varlink_CPPFLAGS = $(FUZZ_CPPFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_varlink_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_fuzz_varlink_LDADD = src/ctl/libvarlink.a src/base/libbase.a $(JANSSON_LIBS)
