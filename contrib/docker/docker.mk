# SPDX-License-Identifier: Apache-2.0
# Docker: drop-ins for its unit, as examples, and the hook that has it follow the subnet. The hook is
# not installed into /etc/felt/hooks.d: whoever wants it to restart Docker links it there.
hooksexecdir = $(pkglibexecdir)/hooks
dist_hooksexec_SCRIPTS = contrib/hooks/50-docker

DOCKER_DROPINS = \
	contrib/docker/classic-docker.conf \
	contrib/docker/classic-feltd.conf \
	contrib/docker/felt.conf
EXTRA_DIST += $(DOCKER_DROPINS:=.in)
CLEANFILES += $(DOCKER_DROPINS)
contrib/docker/%.conf: contrib/docker/%.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's,@pkglibexecdir@,$(pkglibexecdir),g' $< >$@
dockerexamplesdir = $(docdir)/examples/docker
nodist_dockerexamples_DATA = $(DOCKER_DROPINS)

DOCKER_TESTS = tests/contrib/docker_hook.sh tests/contrib/docker_units.sh
TESTS += $(DOCKER_TESTS)
EXTRA_DIST += $(DOCKER_TESTS)
