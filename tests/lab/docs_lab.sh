#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the guide to the lab tells people to type is typed. It makes six labs and takes as long as all other guides
# together, which tests/lab/docs.sh has.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-build}
. "$srcdir/tests/lab/lab.sh"
. "$srcdir/tests/lab/docs_run.sh"
guide_follow "$srcdir/doc/lab.md"
done_testing
