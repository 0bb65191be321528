# SPDX-License-Identifier: Apache-2.0
# felt-sim: a few seeds in 'make check', many in 'make check-sim SEEDS=n NODES=n'.
TESTS += tests/sim/seeds.sh tests/sim/figures.sh tests/sim/mutants/quick.sh
EXTRA_DIST += tests/sim/seeds.sh tests/sim/figures.sh tests/sim/check_sim.sh tests/sim/seeds.txt \
	tests/sim/mutants/quick.sh tests/sim/mutants/mutant.sh tests/sim/mutants/check_mutants.sh \
	tests/sim/mutants/list

# A sanitizer looks for other faults than the checkers, and takes three times as long.
if ENABLE_SANITIZE
AM_TESTS_ENVIRONMENT += FELT_SIM_SEEDS=60; export FELT_SIM_SEEDS;
else
AM_TESTS_ENVIRONMENT += FELT_SIM_SEEDS=200; export FELT_SIM_SEEDS;
endif

.PHONY: check-sim
check-sim: src/sim/felt-sim
	builddir='$(builddir)' SEEDS='$(SEEDS)' NODES='$(NODES)' FIRST='$(FIRST)' FAULTS='$(FAULTS)' \
	MINUTES='$(MINUTES)' $(BASH_PATH) '$(srcdir)/tests/sim/check_sim.sh'

# A fault of src/base/mutant.h is a simulator of its own, of which a few files are compiled anew.
MUTANT_ENVIRONMENT = \
	FELT_COMPILE='$(COMPILE)'; export FELT_COMPILE; \
	FELT_LINK='$(CCLD) $(AM_CFLAGS) $(CFLAGS) $(src_sim_felt_sim_LDFLAGS) $(LDFLAGS)'; export FELT_LINK; \
	FELT_SIM_OBJECTS='$(src_sim_felt_sim_OBJECTS)'; export FELT_SIM_OBJECTS; \
	FELT_SIM_LIBS='$(src_sim_felt_sim_LDADD) $(LIBS)'; export FELT_SIM_LIBS;
AM_TESTS_ENVIRONMENT += $(MUTANT_ENVIRONMENT)

# Every one of them must be caught; WORD=NAME: only names with that in it.
.PHONY: check-mutants
check-mutants: src/sim/felt-sim
	@$(MUTANT_ENVIRONMENT) \
	srcdir='$(abs_srcdir)' builddir='$(abs_builddir)' WORD='$(WORD)' SEEDS='$(SEEDS)' BLIND='$(BLIND)' \
	$(BASH_PATH) '$(abs_srcdir)/tests/sim/mutants/check_mutants.sh'
