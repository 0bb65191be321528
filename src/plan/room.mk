# SPDX-License-Identifier: Apache-2.0
# plan: desired and observed kernel state to ordered operations. Pure.
noinst_LIBRARIES += src/plan/libplan.a
PURE_LIBS += src/plan/libplan.a
src_plan_libplan_a_SOURCES = \
	src/plan/desired.c src/plan/desired.h \
	src/plan/diff.c src/plan/diff.h src/plan/diff_parts.h \
	src/plan/diff_blackhole.c \
	src/plan/diff_link.c \
	src/plan/diff_nexthops.c \
	src/plan/diff_routes.c \
	src/plan/flannel_rules.c src/plan/flannel_rules.h \
	src/plan/inspect.c src/plan/inspect.h \
	src/plan/iptables.c src/plan/iptables.h \
	src/plan/iptables_rule.c src/plan/iptables_rule.h \
	src/plan/link.c src/plan/link.h \
	src/plan/nft_rules.c src/plan/nft_rules.h \
	src/plan/nexthop.c src/plan/nexthop.h \
	src/plan/observed.c src/plan/observed.h \
	src/plan/op.c src/plan/op.h \
	src/plan/route.c src/plan/route.h \
	src/plan/script.c src/plan/script.h \
	src/plan/ways.c src/plan/ways.h
