/* SPDX-License-Identifier: Apache-2.0 */
/* What libFuzzer calls, or driver.c where there is no libFuzzer. A target asserts more than that
 * nothing crashes: what was taken must be writable, and read back the same. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
