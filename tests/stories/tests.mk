# SPDX-License-Identifier: Apache-2.0
# UPDATE_STORIES=1 writes the expected logs anew.
UNIT_TESTS += tests/stories/test_stories tests/stories/test_stories_operator
tests_stories_test_stories_SOURCES = tests/stories/test_stories.c tests/stories/story.c tests/stories/story.h
tests_stories_test_stories_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_stories_test_stories_LDADD = $(NODE_TEST_LDADD)
tests_stories_test_stories_operator_SOURCES = tests/stories/test_stories_operator.c tests/stories/story.c tests/stories/story.h
tests_stories_test_stories_operator_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_stories_test_stories_operator_LDADD = $(NODE_TEST_LDADD)
EXTRA_DIST += \
	tests/stories/bad-link.story \
	tests/stories/bootstrap.story \
	tests/stories/bridge.story \
	tests/stories/disk-fails.story \
	tests/stories/exhausted.story \
	tests/stories/forget.story \
	tests/stories/force.story \
	tests/stories/found.story \
	tests/stories/join-at-once.story \
	tests/stories/join.story \
	tests/stories/kill.story \
	tests/stories/leave-and-return.story \
	tests/stories/leave.story \
	tests/stories/moved.story \
	tests/stories/partition.story \
	tests/stories/process.story \
	tests/stories/reserve.story \
	tests/stories/reclaim.story \
	tests/stories/restart.story \
	tests/stories/stall.story \
	tests/stories/two.story \
	tests/stories/wiped.story \
	tests/stories/wrong-key.story
