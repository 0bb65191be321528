/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked of the other plugin for one interface of one container: kept from ADD to DEL,
 * because by then the subnet may be another one.
 *
 * The directory and the name of eth0's file, the container's id, are those of flannel's plugin: the
 * one finds what the other has left. Another interface has ID:NAME, where flannel's plugin would
 * overwrite the file of the first. */
#pragma once

#include <stddef.h>

#include "cni/call.h"

#define FELT_CNI_DATA_DIR "/var/lib/cni/flannel"

/* Reads a whole file of up to max bytes into a new string. 0 or -errno; -EFBIG: it is longer. */
int felt_cni_fd_read(int fd, size_t max, char **ret_text, size_t *ret_len);
int felt_cni_file_read(const char *path, size_t max, char **ret_text, size_t *ret_len);

/* text survives a crash once this has returned; makes dir (0700) where there is none. 0 or
 * -errno. */
int felt_cni_attachment_save(const char *dir, const struct felt_cni_call *call, const char *text);
/* 0; -ENOENT: there is none; another -errno. */
int felt_cni_attachment_read(const char *dir, const struct felt_cni_call *call, char **ret_text);
/* 0, also where there is none, or -errno. */
int felt_cni_attachment_remove(const char *dir, const struct felt_cni_call *call);

/* Calls each() for every one that is kept. A missing directory has none. 0 or -errno. */
int felt_cni_attachment_each(const char *dir,
                             void (*each)(void *userdata, const char *container_id,
                                          const char *interface, const char *text),
                             void *userdata);
