# SPDX-License-Identifier: Apache-2.0
GUIDES = \
	doc/contributing.md \
	doc/getting-started.md \
	doc/lab.md \
	doc/net-conf.md \
	doc/simulator.md
EXTRA_DIST += $(GUIDES)
dist_man_MANS += \
	doc/man/feltctl.1 \
	doc/man/feltd.8 \
	doc/man/mk-docker-opts.8
