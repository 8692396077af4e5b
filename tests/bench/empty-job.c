// SPDX-License-Identifier: MIT
/*
 * Latency of an empty job from submission to fence, in nanoseconds: one number
 * per line on stdout.
 *
 *   empty-job DEVICE COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <qmac/qmac.h>

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int measure(struct qmac_device *device, int64_t *latency)
{
	const struct qmac_job_desc desc = { 0 };
	struct qmac_job_result result;
	struct qmac_job *job;
	int64_t start = now_ns();
	int ret = qmac_submit(device, NULL, &desc, 1, &job);

	if (ret)
		return ret;
	ret = qmac_job_wait(job, QMAC_FOREVER);
	*latency = now_ns() - start;
	if (!ret)
		ret = qmac_job_result(job, &result);
	if (!ret)
		ret = result.error;
	qmac_job_release(job);
	return ret;
}

int main(int argc, char **argv)
{
	struct qmac_context *context;
	struct qmac_device *device;
	int64_t latency;
	int ret;

	if (argc != 3 || qmac_context_create(&context)) {
		fprintf(stderr, "usage: empty-job DEVICE COUNT\n");
		return 2;
	}
	ret = qmac_device_open(context, argv[1], &device);
	for (int i = atoi(argv[2]); !ret && i > 0; i--) {
		ret = measure(device, &latency);
		if (!ret)
			printf("%lld\n", (long long)latency);
	}
	if (ret)
		fprintf(stderr, "empty-job: %s\n", qmac_context_message(context));
	else
		qmac_device_close(device);
	qmac_context_destroy(context);
	return ret ? 1 : 0;
}
