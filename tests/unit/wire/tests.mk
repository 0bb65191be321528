# SPDX-License-Identifier: Apache-2.0
WIRE_TESTS = \
	tests/unit/wire/test_bound \
	tests/unit/wire/test_descriptor \
	tests/unit/wire/test_message \
	tests/unit/wire/test_pack \
	tests/unit/wire/test_reader \
	tests/unit/wire/test_record \
	tests/unit/wire/test_vote
UNIT_TESTS += $(WIRE_TESTS)
WIRE_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(MSGPACK_CFLAGS)
WIRE_TEST_LDADD = src/wire/libwire.a src/base/libbase.a $(MSGPACK_LIBS) $(CMOCKA_LIBS)
tests_unit_wire_test_bound_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_bound_LDADD = $(WIRE_TEST_LDADD)
tests_unit_wire_test_descriptor_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_descriptor_LDADD = $(WIRE_TEST_LDADD)
tests_unit_wire_test_message_SOURCES = tests/unit/wire/test_message.c tests/support/messages.c tests/support/messages_equal.c tests/support/messages.h
tests_unit_wire_test_message_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_message_LDADD = $(WIRE_TEST_LDADD)
tests_unit_wire_test_pack_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_pack_LDADD = $(WIRE_TEST_LDADD)
tests_unit_wire_test_reader_SOURCES = tests/unit/wire/test_reader.c tests/support/messages.c tests/support/messages_equal.c tests/support/messages.h
tests_unit_wire_test_reader_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_reader_LDADD = $(WIRE_TEST_LDADD)
tests_unit_wire_test_record_SOURCES = tests/unit/wire/test_record.c tests/unit/wire/random_record.c \
	tests/unit/wire/random_record.h
tests_unit_wire_test_record_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_record_LDADD = $(WIRE_TEST_LDADD)
tests_unit_wire_test_vote_CPPFLAGS = $(WIRE_TEST_CPPFLAGS)
tests_unit_wire_test_vote_LDADD = $(WIRE_TEST_LDADD)
