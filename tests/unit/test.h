/* SPDX-License-Identifier: Apache-2.0 */
/* What cmocka 1.1.5 wants to have seen before it, and nothing else. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RUN_TESTS(tests) cmocka_run_group_tests((tests), NULL, NULL)
