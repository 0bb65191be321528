/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of the control socket sends: frames, and calls in them. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/idiom.h"
#include "ctl/varlink_frame.h"

#define FRAME_MAX 512 /* bytes; small, so that the limit is met */

static void check_call(const char *text, size_t len)
{
    struct felt_varlink_call call, back;
    char *bytes;
    size_t n;
    int r = felt_varlink_call_parse(text, len, &call);

    if (r < 0) {
        assert(r == -EBADMSG || r == -ENOMEM);
        return;
    }
    assert(call.method && (!call.parameters || json_is_object(call.parameters)));
    r = felt_varlink_encode(call.root, &bytes, &n);
    assert(r == 0 && n > 0 && bytes[n - 1] == '\0' && strlen(bytes) == n - 1);
    r = felt_varlink_call_parse(bytes, n - 1, &back);
    assert(r == 0 && strcmp(call.method, back.method) == 0 && call.oneway == back.oneway &&
           call.more == back.more);
    free(bytes);
    felt_varlink_call_done(&back);
    felt_varlink_call_done(&call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct felt_varlink_inbox inbox;
    const char *text;
    size_t len, at = 0;
    ssize_t written;
    int fd = memfd_create("input", MFD_CLOEXEC), r;

    assert(fd >= 0);
    written = pwrite(fd, data, size, 0);
    assert(written == (ssize_t)size);
    felt_varlink_inbox_init(&inbox, FRAME_MAX);
    while ((r = felt_varlink_inbox_read(&inbox, fd)) == 1)
        while (felt_varlink_inbox_next(&inbox, &text, &len)) {
            /* Frame by frame it is the input. */
            assert(len <= FRAME_MAX && at + len < size);
            assert(memcmp(text, data + at, len + 1) == 0 && text[len] == '\0');
            at += len + 1;
            check_call(text, len);
        }
    assert(r == 0 || r == -EMSGSIZE);
    /* Nothing whole is left behind, and only what is too long is refused. */
    if (r == 0)
        assert(size == at || !memchr(data + at, '\0', size - at));
    else
        assert(strnlen((const char *)data + at, size - at) > FRAME_MAX);
    felt_varlink_inbox_done(&inbox);
    close(fd);
    return 0;
}
