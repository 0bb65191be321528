/* SPDX-License-Identifier: Apache-2.0 */
/* The interface descriptions of proto/, compiled in. */
#pragma once

extern const char felt_text_org_varlink_service[];
extern const char felt_text_io_felt[];
