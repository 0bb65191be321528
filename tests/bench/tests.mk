# SPDX-License-Identifier: Apache-2.0
# Side by side with what there is, in one run: 'make bench', as root. Each writes one member of
# bench.json. Not a part of 'make check': figures are for people to judge.
BENCHES = tests/bench/program.sh tests/bench/throughput.sh
EXTRA_DIST += $(BENCHES)
CLEANFILES += bench.json

bench: all tests/lab/kernel_driver$(EXEEXT)
	@$(MKDIR_P) tests/bench; rm -f tests/bench/*.json; \
	for bench in $(BENCHES); do \
	    builddir='$(abs_builddir)' $(BASH_PATH) '$(srcdir)'/$$bench tests/bench/`basename $$bench .sh`.json || exit 1; \
	done; \
	jq -s add tests/bench/*.json >bench.json; rm -f tests/bench/*.json; echo "bench.json has the same figures"

.PHONY: bench
