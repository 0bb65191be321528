/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "cni/call.h"

/* "CNI_X=value" strings; the environment of the call under test. */
static const char *const *variables;

static char *get(const char *name)
{
    size_t len = strlen(name);

    for (const char *const *v = variables; *v; v++) {
        if (strncmp(*v, name, len) == 0 && (*v)[len] == '=')
            return (char *)*v + len + 1;
    }
    return NULL;
}

static int read_call(const char *const *of, struct felt_cni_call *ret_call,
                     struct felt_cni_failure *ret_failure)
{
    variables = of;
    return felt_cni_call_read(get, ret_call, ret_failure);
}

#define ENV(...)                        \
    (const char *const[])               \
    {                                   \
        __VA_ARGS__ __VA_OPT__(, ) NULL \
    }

static void an_add_is_read(void **state)
{
    struct felt_cni_failure f;
    struct felt_cni_call call;

    (void)state;
    assert_int_equal(read_call(ENV("CNI_COMMAND=ADD", "CNI_CONTAINERID=c1", "CNI_NETNS=/n",
                                   "CNI_IFNAME=eth0", "CNI_PATH=/a:/b"),
                               &call, &f),
                     0);
    assert_int_equal(call.command, FELT_CNI_ADD);
    assert_string_equal(call.container_id, "c1");
    assert_string_equal(call.interface, "eth0");
    assert_string_equal(call.path, "/a:/b");
}

static void what_is_missing_or_empty_is_named_all_at_once(void **state)
{
    struct felt_cni_failure f;
    struct felt_cni_call call;

    (void)state;
    assert_true(read_call(ENV("CNI_COMMAND=ADD", "CNI_PATH=", "CNI_NETNS=/n"), &call, &f) < 0);
    assert_int_equal(f.code, FELT_CNI_BAD_ENVIRONMENT);
    assert_string_equal(f.text, "ADD needs CNI_CONTAINERID, CNI_IFNAME, CNI_PATH");
    assert_true(read_call(ENV("CNI_COMMAND=DEL"), &call, &f) < 0);
    assert_string_equal(f.text, "DEL needs CNI_CONTAINERID, CNI_IFNAME, CNI_PATH");
    assert_true(read_call(ENV("CNI_COMMAND=STATUS"), &call, &f) < 0);
    assert_string_equal(f.text, "STATUS needs CNI_PATH");
    assert_int_equal(read_call(ENV("CNI_COMMAND=VERSION"), &call, &f), 0);
    assert_true(read_call(ENV("CNI_COMMAND=add"), &call, &f) < 0);
    assert_true(read_call(ENV("A=B"), &call, &f) < 0);
}

static void a_container_id_is_a_file_name_and_nothing_else(void **state)
{
    char longest[FELT_CNI_ID_MAX + 2];

    (void)state;
    memset(longest, 'a', sizeof(longest));
    longest[FELT_CNI_ID_MAX] = '\0';
    assert_true(felt_cni_id_is_valid(longest));
    longest[FELT_CNI_ID_MAX] = 'a';
    longest[FELT_CNI_ID_MAX + 1] = '\0';
    assert_false(felt_cni_id_is_valid(longest));
    assert_true(felt_cni_id_is_valid("0-a_b.C"));
    assert_false(felt_cni_id_is_valid(""));
    assert_false(felt_cni_id_is_valid(".."));
    assert_false(felt_cni_id_is_valid("a/../../etc"));
    assert_false(felt_cni_id_is_valid("a:eth1"));
    assert_false(felt_cni_id_is_valid("a\n"));
}

static void an_interface_is_named_as_the_kernel_lets_one(void **state)
{
    (void)state;
    assert_true(felt_cni_interface_is_valid("e"));
    assert_true(felt_cni_interface_is_valid("123456789012345"));
    assert_false(felt_cni_interface_is_valid("1234567890123456"));
    assert_false(felt_cni_interface_is_valid(""));
    assert_false(felt_cni_interface_is_valid("."));
    assert_false(felt_cni_interface_is_valid(".."));
    assert_false(felt_cni_interface_is_valid("a/b"));
    assert_false(felt_cni_interface_is_valid("a b"));
    assert_false(felt_cni_interface_is_valid("a:b"));
}

static void names_that_cannot_be_are_refused(void **state)
{
    struct felt_cni_failure f;
    struct felt_cni_call call;

    (void)state;
    assert_true(
        read_call(ENV("CNI_COMMAND=DEL", "CNI_CONTAINERID=../x", "CNI_IFNAME=eth0", "CNI_PATH=/a"),
                  &call, &f) < 0);
    assert_non_null(strstr(f.text, "CNI_CONTAINERID '../x'"));
    assert_true(
        read_call(ENV("CNI_COMMAND=DEL", "CNI_CONTAINERID=x", "CNI_IFNAME=a/b", "CNI_PATH=/a"),
                  &call, &f) < 0);
    assert_non_null(strstr(f.text, "CNI_IFNAME 'a/b'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_add_is_read),
        cmocka_unit_test(what_is_missing_or_empty_is_named_all_at_once),
        cmocka_unit_test(a_container_id_is_a_file_name_and_nothing_else),
        cmocka_unit_test(an_interface_is_named_as_the_kernel_lets_one),
        cmocka_unit_test(names_that_cannot_be_are_refused),
    };

    return RUN_TESTS(tests);
}
