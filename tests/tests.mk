# SPDX-License-Identifier: Apache-2.0
# 'make check': everything here speaks TAP, so that the totals count test cases, not programs.

TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(TEST_LOG_DRIVER)
LOG_DRIVER = $(TEST_LOG_DRIVER)
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(BASH_PATH)
BASH_PATH = /bin/bash
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	srcdir='$(abs_srcdir)'; export srcdir; \
	builddir='$(abs_builddir)'; export builddir; \
	CLANG_FORMAT='$(CLANG_FORMAT)'; export CLANG_FORMAT; \
	SHELLCHECK='$(SHELLCHECK)'; export SHELLCHECK; \
	MANDOC='$(MANDOC)'; export MANDOC;

EXTRA_DIST += tests/unit/test.h

# First, because they take longest: 'make -j check' has the rest beside them.
include tests/sim/tests.mk

# How a unit test program is compiled; its LDADD names the archives it needs, users first.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
UNIT_TESTS =
if HAVE_CMOCKA
include tests/unit/base/tests.mk
include tests/unit/wire/tests.mk
include tests/unit/crypto/tests.mk
include tests/unit/gossip/tests.mk
include tests/unit/lease/tests.mk
include tests/unit/netconf/tests.mk
include tests/unit/flannel/tests.mk
include tests/unit/node/tests.mk
include tests/unit/plan/tests.mk
include tests/unit/kernel/tests.mk
include tests/unit/ctl/tests.mk
include tests/unit/cni/tests.mk
include tests/unit/agent/tests.mk
include tests/unit/httpd/tests.mk
include tests/unit/etcd/tests.mk
include tests/unit/sim/tests.mk
include tests/unit/vectors/tests.mk
include tests/stories/tests.mk
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
include tests/fuzz/tests.mk
include tests/lint/tests.mk
include tests/lab/tests.mk
include tests/bench/tests.mk
