/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ctl/doctor_fixture.h"

static const char *check(const char *text)
{
    struct felt_doctor_facts f = healthy();

    f.files[f.n_files++] = (struct felt_doctor_file){"/etc/default/feltd", strdup(text)};
    return found_by(felt_check_files, &f);
}

static void files_as_they_should_be_are_fine(void **state _unused_)
{
    assert_string_equal(check(""), "fine");
    assert_string_equal(check("# a comment\n; another\n\n  \t\nFELTD_IFACE=eth0\n"), "fine");
    assert_string_equal(check("A=\"x y\"\nB='x = y'\nC=\nD=a=b"), "fine");
    assert_string_equal(check("A=\"x \\\" y\"\n"), "fine");
    assert_string_equal(check("A=x \\\n  y\nB=z\n"), "fine"); /* continued on purpose */
    assert_string_equal(check("  A=x\n"), "fine");
}

static void a_value_that_a_line_wrap_broke_is_told_with_its_line(void **state _unused_)
{
    EXPECT(check("FLANNELD_ETCD_ENDPOINTS=http://192.0.2.1:2379,\nhttp://192.0.2.2:2379\n"),
           "problem /etc/default/feltd:2: this is no NAME=value; the value of "
           "FLANNELD_ETCD_ENDPOINTS above was broken by a line wrap?",
           "on one line");
    EXPECT(check("A=1\nFELTD_OPTIONS=\"--iface eth0\n--ip-masq\"\n"),
           "problem /etc/default/feltd:2: the quotes around the value of FELTD_OPTIONS do not end",
           "problem /etc/default/feltd:3: ");
    EXPECT(check("OPTS=--iface=eth0\n  --public-ip=192.0.2.1\n"), ":2: this is no NAME=value");
}

static void other_faults_have_words_of_their_own(void **state _unused_)
{
    EXPECT(check("export A=x\n"), ":1: 'export' is for shells", "leave the word export out");
    EXPECT(check("A =x\n"), ":1: there is a blank before '='");
    EXPECT(check("nonsense\n"), ":1: this is no NAME=value: systemd skips the line");
    EXPECT(check("1A=x\n"), ":1: ");
    EXPECT(check("A=x\r\nB=y\r\n"), ":1: the line of A ends as on Windows", ":2: ");
}

static void without_a_file_there_is_nothing_to_say(void **state _unused_)
{
    struct felt_doctor_facts f = healthy();

    assert_string_equal(found_by(felt_check_files, &f), "fine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_as_they_should_be_are_fine),
        cmocka_unit_test(a_value_that_a_line_wrap_broke_is_told_with_its_line),
        cmocka_unit_test(other_faults_have_words_of_their_own),
        cmocka_unit_test(without_a_file_there_is_nothing_to_say),
    };

    return RUN_TESTS(tests);
}
