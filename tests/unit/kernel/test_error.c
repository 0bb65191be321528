/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <string.h>

#include "kernel/error.h"

static void libnls_codes_become_errno_of_either_sign(void **state)
{
    (void)state;
    assert_int_equal(felt_kernel_errno(0), 0);
    assert_int_equal(felt_kernel_errno(-NLE_EXIST), -EEXIST);
    assert_int_equal(felt_kernel_errno(NLE_PERM), -EPERM);
    assert_int_equal(felt_kernel_errno(-NLE_DUMP_INTR), -EINTR);
    assert_int_equal(felt_kernel_errno(-NLE_NODEV), -ENODEV);
}

static void a_code_that_nobody_knows_is_an_io_error(void **state)
{
    (void)state;
    assert_int_equal(felt_kernel_errno(-NLE_PARSE_ERR), -EIO);
    assert_int_equal(felt_kernel_errno(-1000), -EIO);
    assert_int_equal(felt_kernel_errno(1000), -EIO);
}

/* An answer with the request's header, or all of the request where it is not capped. */
static struct nl_msg *answer(int error, int flags, size_t request_len, const char *words)
{
    struct nlmsgerr err = {.error = error,
                           .msg = {.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + request_len)}};
    struct nl_msg *msg = nlmsg_alloc_simple(NLMSG_ERROR, flags);

    assert_int_equal(nlmsg_append(msg, &err, sizeof(err), NLMSG_ALIGNTO), 0);
    if ((flags & NLM_F_CAPPED) == 0)
        assert_non_null(nlmsg_reserve(msg, request_len, NLMSG_ALIGNTO));
    if (words != NULL)
        assert_int_equal(nla_put_string(msg, NLMSGERR_ATTR_MSG, words), 0);
    return msg;
}

static void assert_answer(struct nl_msg *msg, int code, const char *text)
{
    struct felt_kernel_error error = {.text = "untouched"};

    assert_int_equal(felt_kernel_error_ack(&error, nlmsg_hdr(msg)), code);
    assert_string_equal(error.text, text);
    assert_int_equal(felt_kernel_error_ack(NULL, nlmsg_hdr(msg)), code);
    nlmsg_free(msg);
}

static void an_acknowledgement_leaves_the_error_alone(void **state)
{
    (void)state;
    assert_answer(answer(0, NLM_F_CAPPED, 20, NULL), 0, "untouched");
}

static void a_refusal_without_words_has_those_of_errno(void **state)
{
    (void)state;
    assert_answer(answer(-EEXIST, NLM_F_CAPPED, 20, NULL), -EEXIST, "File exists");
    assert_answer(answer(-EEXIST, 0, 20, NULL), -EEXIST, "File exists");
}

static void the_kernels_words_are_found_behind_a_capped_and_a_whole_request(void **state)
{
    (void)state;
    assert_answer(answer(-EEXIST, NLM_F_CAPPED | NLM_F_ACK_TLVS, 20, "VNI taken"), -EEXIST,
                  "File exists: VNI taken");
    assert_answer(answer(-EEXIST, NLM_F_ACK_TLVS, 20, "VNI taken"), -EEXIST,
                  "File exists: VNI taken");
    assert_answer(answer(-EEXIST, NLM_F_ACK_TLVS, 0, "VNI taken"), -EEXIST,
                  "File exists: VNI taken");
}

static void words_that_are_not_there_are_not_read(void **state)
{
    struct nl_msg *msg = answer(-EEXIST, NLM_F_ACK_TLVS, 20, "VNI taken");
    struct nlmsgerr *err = nlmsg_data(nlmsg_hdr(msg));

    (void)state;
    err->msg.nlmsg_len = UINT32_MAX - 8;
    assert_answer(msg, -EEXIST, "File exists");
    msg = answer(-EEXIST, NLM_F_ACK_TLVS, 20, "VNI taken");
    err = nlmsg_data(nlmsg_hdr(msg));
    err->msg.nlmsg_len = 0;
    assert_answer(msg, -EEXIST, "File exists");
}

static void a_cut_or_impossible_answer_is_a_bad_message(void **state)
{
    struct nl_msg *msg = answer(-EEXIST, NLM_F_CAPPED, 20, NULL);

    (void)state;
    nlmsg_hdr(msg)->nlmsg_len = NLMSG_HDRLEN + 4;
    assert_answer(msg, -EBADMSG, "malformed answer of the kernel");
    assert_answer(answer(1, NLM_F_CAPPED, 20, NULL), -EBADMSG, "malformed answer of the kernel");
}

static void a_long_text_is_cut(void **state)
{
    struct felt_kernel_error error;
    char text[2 * FELT_KERNEL_ERROR_TEXT];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    assert_int_equal(felt_kernel_error_set(&error, -EIO, "%s", text), -EIO);
    assert_int_equal(strlen(error.text), FELT_KERNEL_ERROR_TEXT - 1);
    assert_int_equal(felt_kernel_error_set(NULL, -EIO, "nobody listens"), -EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libnls_codes_become_errno_of_either_sign),
        cmocka_unit_test(a_code_that_nobody_knows_is_an_io_error),
        cmocka_unit_test(an_acknowledgement_leaves_the_error_alone),
        cmocka_unit_test(a_refusal_without_words_has_those_of_errno),
        cmocka_unit_test(the_kernels_words_are_found_behind_a_capped_and_a_whole_request),
        cmocka_unit_test(words_that_are_not_there_are_not_read),
        cmocka_unit_test(a_cut_or_impossible_answer_is_a_bad_message),
        cmocka_unit_test(a_long_text_is_cut),
    };

    return RUN_TESTS(tests);
}
