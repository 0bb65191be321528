# SPDX-License-Identifier: Apache-2.0
# Real daemons in network namespaces: 'make check-lab', as root. Not a part of 'make check'.
#
# Most wait more than they work, each in a lab of its own, so some run side by side, the long ones
# first. These take minutes, have many daemons, or install what they test where a sanitizer would be
# in the way of the sandbox: once is enough, without one. The first makes the Debian that the next
# four boot, too.
LAB_LONG_TESTS = \
	tests/lab/packages.sh \
	tests/lab/rpm.sh \
	tests/lab/systemd.sh \
	tests/lab/docker_systemd.sh \
	tests/lab/docs_systemd.sh \
	tests/lab/etcd_mixed.sh
LAB_SIDE_TESTS = \
	tests/lab/docs.sh \
	tests/lab/docs_lab.sh \
	tests/lab/path_filter.sh \
	tests/lab/reclaim.sh \
	tests/lab/etcd_sync.sh \
	tests/lab/etcd_change_over.sh \
	tests/lab/rules.sh \
	tests/lab/adoption.sh \
	tests/lab/underlay.sh \
	tests/lab/path_own.sh \
	tests/lab/path_mtu.sh \
	tests/lab/path_dual.sh \
	tests/lab/dual_stack.sh \
	tests/lab/dual_underlays.sh \
	tests/lab/docker.sh \
	tests/lab/docker_hook.sh \
	tests/lab/etcd_export.sh \
	tests/lab/etcd_import.sh \
	tests/lab/felt_lab.sh \
	tests/lab/kernel.sh \
	tests/lab/kernel_paths.sh \
	tests/lab/kernel_many.sh \
	tests/lab/switch.sh \
	tests/lab/adoption_by_turns.sh \
	tests/lab/vandalism.sh \
	tests/lab/refused.sh \
	tests/lab/host_gw.sh \
	tests/lab/classic_guide.sh \
	tests/lab/boot.sh \
	tests/lab/httpd.sh \
	tests/lab/bad_input.sh \
	tests/lab/stop.sh \
	tests/lab/notify.sh \
	tests/lab/no_way_out.sh \
	tests/lab/leave.sh \
	tests/lab/bootstrap.sh \
	tests/lab/abandon.sh \
	tests/lab/control.sh \
	tests/lab/doctor.sh \
	tests/lab/reserve.sh \
	tests/lab/keys.sh \
	tests/lab/config.sh \
	tests/lab/rules6.sh \
	tests/lab/cleanup.sh \
	tests/lab/cni.sh \
	tests/lab/flannel_options.sh
# Figures that others would spoil, or many daemons.
LAB_ALONE_TESTS = \
	tests/lab/idle.sh \
	tests/lab/ready.sh \
	tests/lab/join_storm.sh \
	tests/lab/donor_kills.sh \
	tests/lab/fifty.sh
EXTRA_DIST += $(LAB_LONG_TESTS) $(LAB_SIDE_TESTS) $(LAB_ALONE_TESTS) tests/lab/bad_clients.py \
	tests/lab/control.py tests/lab/datagrams.py tests/lab/docker_hosts.sh tests/lab/docs_boot.sh \
	tests/lab/docs_flanneld.sh tests/lab/docs_run.sh \
	tests/lab/donor_kills.py tests/lab/etcd_server.sh tests/lab/families.sh tests/lab/fedora.macros \
	tests/lab/flannel_hosts.sh tests/lab/flanneld_writer.py tests/lab/herd.py \
	tests/lab/kernel_world.sh tests/lab/lab.sh tests/lab/maps.py tests/lab/notify.py \
	tests/lab/older_feltd.py tests/lab/paths.sh tests/lab/rootfs.sh tests/lab/seen_from.py \
	tests/lab/symbols.sh

check_PROGRAMS += tests/lab/kernel_driver
tests_lab_kernel_driver_SOURCES = tests/lab/kernel_driver.c
tests_lab_kernel_driver_LDADD = $(AGENT_LIBS) $(AGENT_LIBS_SYSTEM)

if ENABLE_SANITIZE
LAB_SIDE = $(LAB_SIDE_TESTS)
else
LAB_SIDE = $(LAB_LONG_TESTS) $(LAB_SIDE_TESTS)
endif
LAB_JOBS = 4
check-lab-side: all
	+$(MAKE) $(AM_MAKEFLAGS) tests/lab/kernel_driver$(EXEEXT)
	+$(MAKE) $(AM_MAKEFLAGS) -j$(LAB_JOBS) check-TESTS TESTS='$(LAB_SIDE)' TEST_SUITE_LOG=lab-side.log
# A sanitizer is a spoiler, too: its build does not run these.
check-lab-alone: all
	+$(MAKE) $(AM_MAKEFLAGS) -j1 check-TESTS TESTS='$(LAB_ALONE_TESTS)' TEST_SUITE_LOG=lab-alone.log
check-lab:
	+status=0; for part in side alone; do \
	    $(MAKE) $(AM_MAKEFLAGS) check-lab-$$part || status=1; \
	done; exit $$status

# The same tests against a build of their own with AddressSanitizer and UndefinedBehaviorSanitizer.
check-sanitize:
	$(MKDIR_P) sanitize
	cd sanitize && $(abs_srcdir)/configure --silent --enable-sanitize CC='$(SANITIZE_CC)'
	+$(MAKE) $(AM_MAKEFLAGS) -C sanitize check
SANITIZE_CC = clang

# Line coverage of the unit tests, worst file first; needs a build with --enable-coverage.
coverage:
	@if test '$(ENABLE_COVERAGE_TEXT)' != yes; then \
	    echo "configure with --enable-coverage first" >&2; exit 1; fi
	-$(MAKE) $(AM_MAKEFLAGS) check
	@find src -name '*.gcda' -exec gcov -n {} + 2>/dev/null | awk \
	    '/^File/ { file = $$2 } /^Lines executed/ && file ~ /src\/.*\.c/ { sub(/^Lines executed:/, ""); print $$0, file; file = "" }' | sort -u | sort -n
if ENABLE_COVERAGE
ENABLE_COVERAGE_TEXT = yes
endif

clean-local: clean-sanitize clean-rootfs
clean-rootfs:
	-rm -rf rootfs
clean-sanitize:
	-rm -rf sanitize
mostlyclean-local:
	-find . -name '*.gcda' -exec rm -f {} +

.PHONY: check-lab check-lab-side check-lab-alone check-sanitize clean-sanitize clean-rootfs coverage
