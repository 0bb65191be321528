# SPDX-License-Identifier: Apache-2.0
# Scripts that are not part of the daemon.
CONTRIB_FILES = \
	contrib/build \
	contrib/check \
	contrib/install-deps \
	contrib/lab/felt-lab \
	contrib/mkdeb \
	contrib/quickstart
EXTRA_DIST += $(CONTRIB_FILES) contrib/mk-docker-opts.sh

# Where flannel's packages have it, but for the name: /usr/libexec/felt/mk-docker-opts.sh.
pkglibexec_SCRIPTS = contrib/mk-docker-opts.sh

# The name of our routes' protocol number, for 'ip route'.
rtprotosdir = $(sysconfdir)/iproute2/rt_protos.d
dist_rtprotos_DATA = contrib/rt_protos.d/felt.conf

# Completions of feltctl, where the three shells look for those of packages. Made by generate.
EXTRA_DIST += contrib/completion/generate
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completion/feltctl
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = contrib/completion/_feltctl
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = contrib/completion/feltctl.fish
.PHONY: update-completion
update-completion: src/ctl/feltctl$(EXEEXT)
	cd $(srcdir)/contrib/completion && for pair in bash:feltctl zsh:_feltctl fish:feltctl.fish; do \
	    ./generate '$(abs_builddir)/src/ctl/feltctl' $${pair%%:*} >$${pair#*:} || exit 1; done
# Not into /etc/cni/net.d: there it would be the network of every container at once.
examplesdir = $(docdir)/examples
dist_examples_DATA = contrib/cni/10-felt.conflist

# Where the service manager looks, for /usr as well as /usr/local; only journalctl --update-catalog
# looks nowhere but in /usr.
SYSTEMD_UNITS = \
	contrib/systemd/feltd.service \
	contrib/systemd/felt-etcd-bridge.service \
	contrib/systemd/felt-httpd.service \
	contrib/systemd/feltd-httpd.service
EXTRA_DIST += \
	contrib/systemd/feltd.service.in \
	contrib/systemd/felt-etcd-bridge.service.in \
	contrib/systemd/felt-httpd.service.in \
	contrib/systemd/feltd-httpd.path \
	contrib/systemd/feltd-httpd.service.in \
	contrib/systemd/beside.sandbox \
	contrib/systemd/felt.sysusers \
	contrib/systemd/felt.tmpfiles
CLEANFILES += $(SYSTEMD_UNITS) contrib/systemd/felt.conf contrib/systemd/tmpfiles/felt.conf
SANDBOX = $(srcdir)/contrib/systemd/beside.sandbox
contrib/systemd/%.service: contrib/systemd/%.service.in $(SANDBOX) Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && grep -v '^#' $(SANDBOX) | sed -e 's,[@]sbindir[@],$(sbindir),g' \
	    -e '/^[@]sandbox[@]$$/{' -e 'r /dev/stdin' -e d -e '}' $< >$@.tmp && mv $@.tmp $@
contrib/systemd/felt.conf: contrib/systemd/felt.sysusers
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $< $@
contrib/systemd/tmpfiles/felt.conf: contrib/systemd/felt.tmpfiles
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $< $@
if HAVE_SYSTEMD
systemdunitdir = $(prefix)/lib/systemd/system
nodist_systemdunit_DATA = contrib/systemd/feltd.service
if HAVE_ETCD_BRIDGE
nodist_systemdunit_DATA += contrib/systemd/felt-etcd-bridge.service
endif
if HAVE_HTTPD
nodist_systemdunit_DATA += \
	contrib/systemd/felt-httpd.service \
	contrib/systemd/feltd-httpd.path \
	contrib/systemd/feltd-httpd.service
endif
sysusersdir = $(prefix)/lib/sysusers.d
nodist_sysusers_DATA = contrib/systemd/felt.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
nodist_tmpfiles_DATA = contrib/systemd/tmpfiles/felt.conf
catalogdir = $(prefix)/lib/systemd/catalog
dist_catalog_DATA = contrib/systemd/felt.catalog
else
EXTRA_DIST += contrib/systemd/felt.catalog
endif
dist_examples_DATA += contrib/systemd/feltd.env

# Packages, for contrib/mkdeb and rpmbuild.
EXTRA_DIST += \
	contrib/debian/changelog \
	contrib/debian/control \
	contrib/debian/copyright \
	contrib/debian/felt-cni.install \
	contrib/debian/felt-etcd-bridge.install \
	contrib/debian/felt.dirs \
	contrib/debian/felt.install \
	contrib/debian/rules \
	contrib/debian/source/format \
	contrib/felt.spec
