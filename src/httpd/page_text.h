/* SPDX-License-Identifier: Apache-2.0 */
/* The status page, one file with its style and its script in it, as embed_page.sh makes it. */
#pragma once

extern const char felt_page_text[];
/* Its Content-Security-Policy: this very style and script, and questions to us. */
extern const char felt_page_policy[];
