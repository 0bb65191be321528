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
