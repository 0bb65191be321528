/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up what this process does not need, once it listens. */
#pragma once

struct felt_privilege_error {
    char text[256]; /* one line */
};

/* Where root started it: becomes user (NULL: "felt-httpd" where there is one, else "nobody"), with
 * the control socket's group and no other. For good, nothing gives privileges back to it, and from
 * here on it can open no file at all where the kernel has Landlock. 0 or -errno with ret_error. */
int felt_privilege_drop(const char *user, const char *socket_path,
                        struct felt_privilege_error *ret_error);
