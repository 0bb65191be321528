# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += proto/README.md proto/packet.md proto/gossip.md proto/lease.md proto/state.md \
	proto/token.md proto/path.md proto/control.md proto/etcd.md proto/messages.cddl

# Spin models, and what catches what (proto/model/README). check-model WORD="era SEQ": only those; LARGE=1: more.
EXTRA_DIST += proto/model/README proto/model/check-model proto/model/gift.pml proto/model/era.pml \
	proto/model/bootstrap.pml
.PHONY: check-model
check-model:
	srcdir='$(srcdir)' $(srcdir)/proto/model/check-model '$(WORD)'
