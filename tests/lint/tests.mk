# SPDX-License-Identifier: Apache-2.0
# What can be seen without running anything.
LINT_TESTS = \
	tests/lint/catalog.sh \
	tests/lint/control_examples.sh \
	tests/lint/format.sh \
	tests/lint/guides.sh \
	tests/lint/includes.sh \
	tests/lint/man.sh \
	tests/lint/mutants.sh \
	tests/lint/options_documented.sh \
	tests/lint/purity.sh \
	tests/lint/requirements.sh \
	tests/lint/shellcheck.sh \
	tests/lint/spdx.sh
CONTRIB_TESTS = \
	tests/contrib/cni_protocol.sh \
	tests/contrib/completion.sh \
	tests/contrib/mk_docker_opts.sh
TESTS += $(LINT_TESTS) $(CONTRIB_TESTS)
EXTRA_DIST += $(LINT_TESTS) $(CONTRIB_TESTS) tests/lint/purity.allow tests/tap.sh
AM_TESTS_ENVIRONMENT += \
	PURE_LIBS='$(PURE_LIBS)'; export PURE_LIBS; \
	INSTALLED_PROGRAMS='$(bin_PROGRAMS) $(sbin_PROGRAMS) $(cni_PROGRAMS)'; export INSTALLED_PROGRAMS; \
	CC='$(CC)'; export CC;
