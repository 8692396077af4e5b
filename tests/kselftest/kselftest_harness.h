/* SPDX-License-Identifier: MIT */
/*
 * A small harness with the interface of the kernel's kselftest_harness.h, which
 * no package installs: programs that include it compile with either. Every test
 * runs in a process of its own; output is TAP.
 */
#ifndef KSELFTEST_HARNESS_H
#define KSELFTEST_HARNESS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KSFT_PASS 0
#define KSFT_FAIL 1
#define KSFT_SKIP 4

#define TEST_TIMEOUT_DEFAULT 60

/* What a test's process reports, in shared memory. */
struct __test_results {
	char reason[256];
};

struct __test_metadata {
	const char *fixture;
	const char *name;
	void (*fn)(struct __test_metadata *_metadata);
	int timeout;
	bool failed;
	bool skipped;
	struct __test_results *results;
	struct __test_metadata *next;
};

static struct __test_metadata *__tests;
static struct __test_metadata **__tests_end = &__tests;

static inline void __register_test(struct __test_metadata *t)
{
	*__tests_end = t;
	__tests_end = &t->next;
}

#define TH_LOG(fmt, ...)                                                            \
	do {                                                                        \
		printf("# %s:%d:%s:" fmt "\n", __FILE__, __LINE__, _metadata->name, \
		       ##__VA_ARGS__);                                              \
		fflush(stdout);                                                     \
	} while (0)

#define SKIP(statement, fmt, ...)                                                             \
	do {                                                                                  \
		snprintf(_metadata->results->reason, sizeof(_metadata->results->reason), fmt, \
			 ##__VA_ARGS__);                                                      \
		_metadata->skipped = true;                                                    \
		statement;                                                                    \
	} while (0)

#define __TEST(fixture_name, test_name, function, seconds)                   \
	static struct __test_metadata __##function##_metadata = {            \
		.fixture = fixture_name,                                     \
		.name = test_name,                                           \
		.fn = function,                                              \
		.timeout = seconds,                                          \
	};                                                                   \
	static void __attribute__((constructor)) __register_##function(void) \
	{                                                                    \
		__register_test(&__##function##_metadata);                   \
	}

#define TEST(test_name)                                               \
	static void test_name(struct __test_metadata *_metadata);     \
	__TEST("global", #test_name, test_name, TEST_TIMEOUT_DEFAULT) \
	static void test_name(struct __test_metadata __attribute__((unused)) * _metadata)

#define FIXTURE(fixture_name) struct _test_data_##fixture_name

#define FIXTURE_SETUP(fixture_name)                                         \
	static void fixture_name##_setup(                                   \
		struct __test_metadata __attribute__((unused)) * _metadata, \
		struct _test_data_##fixture_name __attribute__((unused)) * self)

#define FIXTURE_TEARDOWN(fixture_name)                                      \
	static void fixture_name##_teardown(                                \
		struct __test_metadata __attribute__((unused)) * _metadata, \
		struct _test_data_##fixture_name __attribute__((unused)) * self)

#define TEST_F(fixture_name, test_name) \
	TEST_F_TIMEOUT(fixture_name, test_name, TEST_TIMEOUT_DEFAULT)

#define TEST_F_TIMEOUT(fixture_name, test_name, seconds)                                    \
	static void fixture_name##_##test_name(struct __test_metadata *_metadata,           \
					       struct _test_data_##fixture_name *self);     \
	static void wrapper_##fixture_name##_##test_name(struct __test_metadata *_metadata) \
	{                                                                                   \
		struct _test_data_##fixture_name self;                                      \
                                                                                            \
		memset(&self, 0, sizeof(self));                                             \
		fixture_name##_setup(_metadata, &self);                                     \
		if (_metadata->failed || _metadata->skipped)                                \
			return;                                                             \
		fixture_name##_##test_name(_metadata, &self);                               \
		fixture_name##_teardown(_metadata, &self);                                  \
	}                                                                                   \
	__TEST(#fixture_name, #test_name, wrapper_##fixture_name##_##test_name, seconds)    \
	static void fixture_name##_##test_name(                                             \
		struct __test_metadata __attribute__((unused)) * _metadata,                 \
		struct _test_data_##fixture_name __attribute__((unused)) * self)

static inline void __expect(struct __test_metadata *t, bool ok, bool fatal, const char *file,
			    int line, const char *expected, long long a, const char *op,
			    const char *seen, long long b)
{
	if (ok)
		return;
	printf("# %s:%d:%s:Expected %s (%lld) %s %s (%lld)\n", file, line, t->name, expected, a, op,
	       seen, b);
	fflush(stdout);
	t->failed = true;
	if (fatal)
		_exit(KSFT_FAIL);
}

#define __EXPECT(expected, op, seen, fatal)                                                    \
	do {                                                                                   \
		__auto_type __exp = (expected);                                                \
		__auto_type __seen = (seen);                                                   \
		__expect(_metadata, __exp op __seen, fatal, __FILE__, __LINE__, #expected,     \
			 (long long)(intptr_t)__exp, #op, #seen, (long long)(intptr_t)__seen); \
	} while (0)

#define ASSERT_EQ(expected, seen) __EXPECT(expected, ==, seen, true)
#define ASSERT_NE(expected, seen) __EXPECT(expected, !=, seen, true)
#define ASSERT_LT(expected, seen) __EXPECT(expected, <, seen, true)
#define ASSERT_LE(expected, seen) __EXPECT(expected, <=, seen, true)
#define ASSERT_GT(expected, seen) __EXPECT(expected, >, seen, true)
#define ASSERT_GE(expected, seen) __EXPECT(expected, >=, seen, true)
#define ASSERT_TRUE(seen)	  __EXPECT(0, !=, !!(seen), true)
#define ASSERT_FALSE(seen)	  __EXPECT(0, ==, !!(seen), true)
#define EXPECT_EQ(expected, seen) __EXPECT(expected, ==, seen, false)
#define EXPECT_NE(expected, seen) __EXPECT(expected, !=, seen, false)
#define EXPECT_LT(expected, seen) __EXPECT(expected, <, seen, false)
#define EXPECT_LE(expected, seen) __EXPECT(expected, <=, seen, false)
#define EXPECT_GT(expected, seen) __EXPECT(expected, >, seen, false)
#define EXPECT_GE(expected, seen) __EXPECT(expected, >=, seen, false)
#define EXPECT_TRUE(seen)	  __EXPECT(0, !=, !!(seen), false)
#define EXPECT_FALSE(seen)	  __EXPECT(0, ==, !!(seen), false)

/* In the environment: by what to multiply timeouts on this kernel. */
static int __slowness(void)
{
	const char *factor = getenv("KSELFTEST_SLOW");

	return factor ? atoi(factor) : 1;
}

static void __run_child(struct __test_metadata *t)
{
	setpgid(0, 0);
	alarm(t->timeout * __slowness());
	t->fn(t);
	fflush(stdout);
	_exit(t->failed ? KSFT_FAIL : t->skipped ? KSFT_SKIP : KSFT_PASS);
}

static int __run_test(struct __test_metadata *t, int number)
{
	int status = 0;
	pid_t pid;

	t->results->reason[0] = 0;
	fflush(stdout);
	pid = fork();
	if (!pid)
		__run_child(t);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		status = KSFT_FAIL << 8;
	/* Whatever the test left behind. */
	if (pid > 0)
		kill(-pid, SIGKILL);

	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_PASS) {
		printf("ok %d %s.%s\n", number, t->fixture, t->name);
		return KSFT_PASS;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP) {
		printf("ok %d %s.%s # SKIP %s\n", number, t->fixture, t->name, t->results->reason);
		return KSFT_SKIP;
	}
	if (WIFSIGNALED(status))
		printf("# %s.%s: %s\n", t->fixture, t->name,
		       WTERMSIG(status) == SIGALRM ? "timed out" : strsignal(WTERMSIG(status)));
	printf("not ok %d %s.%s\n", number, t->fixture, t->name);
	return KSFT_FAIL;
}

static int test_harness_run(int argc, char **argv)
{
	struct __test_metadata *t;
	int count = 0, number = 0, failed = 0;
	struct __test_results *results;

	results = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (results == MAP_FAILED)
		return KSFT_FAIL;
	/* With arguments: only the tests of these names. */
	for (t = __tests; t; t = t->next) {
		bool wanted = argc < 2;
		int i;

		for (i = 1; i < argc; i++)
			wanted |= !strcmp(argv[i], t->name);
		t->results = wanted ? results : NULL;
		count += wanted;
	}
	printf("TAP version 13\n1..%d\n", count);
	for (t = __tests; t; t = t->next)
		if (t->results)
			failed += __run_test(t, ++number) == KSFT_FAIL;
	return failed ? KSFT_FAIL : KSFT_PASS;
}

#define TEST_HARNESS_MAIN                            \
	int main(int argc, char **argv)              \
	{                                            \
		return test_harness_run(argc, argv); \
	}

#endif /* KSELFTEST_HARNESS_H */
