/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/nft.h"

#include <errno.h>

#include "kernel/program.h"

#define TIME_LIMIT 5000 /* ms: a transaction takes 10 to 30 */

static int find(char *path, struct felt_kernel_error *error)
{
    int r = felt_program_find("nft", path);

    if (r < 0)
        return felt_kernel_error_set(error, r,
                                     "nft not found; install nftables, or run without --ip-masq");
    return 0;
}

int felt_nft_run(const char *text, size_t len, int cancel_fd, struct felt_kernel_error *error)
{
    char path[FELT_PROGRAM_PATH];
    struct felt_program program = {
        .path = path,
        .args = {"-f", "-", NULL},
        .input = text,
        .input_len = len,
        .limit_ms = TIME_LIMIT,
        .cancel_fd = cancel_fd,
    };
    int r = find(path, error);

    return r < 0 ? r : felt_program_run(&program, NULL, NULL, error);
}

int felt_nft_list(enum felt_family family, const char *table, int cancel_fd, char **ret_text,
                  struct felt_kernel_error *error)
{
    char path[FELT_PROGRAM_PATH];
    struct felt_program program = {
        .path = path,
        .args = {"list", "table", family == FELT_FAMILY_V6 ? "ip6" : "ip", table, NULL},
        .limit_ms = TIME_LIMIT,
        .cancel_fd = cancel_fd,
    };
    size_t len;
    int r = find(path, error);

    return r < 0 ? r : felt_program_run(&program, ret_text, &len, error);
}
