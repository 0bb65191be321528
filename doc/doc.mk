# SPDX-License-Identifier: Apache-2.0
GUIDES = \
	doc/architecture.md \
	doc/cni.md \
	doc/contributing.md \
	doc/faq.md \
	doc/from-flannel.md \
	doc/getting-started.md \
	doc/how-it-works.md \
	doc/lab.md \
	doc/monitoring.md \
	doc/net-conf.md \
	doc/operations.md \
	doc/security.md \
	doc/simulator.md \
	doc/troubleshooting.md
EXTRA_DIST += $(GUIDES)
dist_man_MANS += \
	doc/man/felt-httpd.8 \
	doc/man/felt-cni.8 \
	doc/man/feltctl.1 \
	doc/man/feltd.8 \
	doc/man/mk-docker-opts.8
if HAVE_ETCD_BRIDGE
dist_man_MANS += doc/man/felt-etcd-bridge.8
endif
