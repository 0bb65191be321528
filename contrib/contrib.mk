# SPDX-License-Identifier: Apache-2.0
# Scripts that are not part of the daemon.
CONTRIB_FILES = \
	contrib/build \
	contrib/check \
	contrib/install-deps \
	contrib/lab/felt-lab \
	contrib/quickstart
EXTRA_DIST += $(CONTRIB_FILES) contrib/mk-docker-opts.sh

# Where flannel's packages have it, but for the name: /usr/libexec/felt/mk-docker-opts.sh.
pkglibexec_SCRIPTS = contrib/mk-docker-opts.sh

# The name of our routes' protocol number, for 'ip route'.
rtprotosdir = $(sysconfdir)/iproute2/rt_protos.d
dist_rtprotos_DATA = contrib/rt_protos.d/felt.conf
