# SPDX-License-Identifier: Apache-2.0
# felt-sim: a few seeds in 'make check', many in 'make check-sim SEEDS=n NODES=n'.
TESTS += tests/sim/seeds.sh tests/sim/figures.sh
EXTRA_DIST += tests/sim/seeds.sh tests/sim/figures.sh tests/sim/check_sim.sh tests/sim/seeds.txt

.PHONY: check-sim
check-sim: src/sim/felt-sim
	builddir='$(builddir)' SEEDS='$(SEEDS)' NODES='$(NODES)' FIRST='$(FIRST)' FAULTS='$(FAULTS)' \
	MINUTES='$(MINUTES)' $(BASH_PATH) '$(srcdir)/tests/sim/check_sim.sh'
