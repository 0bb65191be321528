# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += proto/README.md proto/packet.md proto/gossip.md proto/lease.md proto/state.md \
	proto/token.md proto/messages.cddl
