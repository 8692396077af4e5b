// SPDX-License-Identifier: MIT
/*
 * Buffers, queues and jobs of a device: what fails, how, and what comes after.
 *
 *	device_test DEVICE
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

static struct qmac_context *context;
static struct qmac_device *device;

/* A buffer with a few commands at its start and operands behind. */
struct bench {
	struct qmac_bo *bo;
	uint8_t *map;
	uint64_t base;
	struct qmac_cmd *cmds;
};

#define BENCH_BYTES (64ull << 10)
#define A_AT	    8192
#define B_AT	    12288
#define C_AT	    16384
#define PARAMS_AT   20480
#define DIM	    20

static void bench_open(struct bench *bench)
{
	void *map;
	size_t i;

	if (qmac_bo_create(device, BENCH_BYTES, &bench->bo) || qmac_bo_map(bench->bo, &map)) {
		tap_note("%s", qmac_context_message(context));
		exit(1);
	}
	bench->map = map;
	bench->base = qmac_bo_address(bench->bo);
	bench->cmds = map;
	for (i = 0; i < DIM * DIM; i++) {
		bench->map[A_AT + i] = i * 7;
		bench->map[B_AT + i] = i * 13;
	}
}

/* A good command: C = A * B, 32-bit results. */
static void good_command(const struct bench *bench, struct qmac_cmd *cmd)
{
	const struct qmac_gemm_desc desc = {
		.m = DIM, .n = DIM, .k = DIM, .a_type = QMAC_TYPE_S8, .b_type = QMAC_TYPE_S8
	};
	const struct qmac_gemm_addresses addresses = { .a = bench->base + A_AT,
						       .b = bench->base + B_AT,
						       .c = bench->base + C_AT };

	qmac_gemm_encode(context, qmac_device_info(device), &desc, &addresses, cmd, NULL);
}

static struct qmac_job_desc job_desc(const struct bench *bench, struct qmac_bo_use *use,
				     uint32_t count)
{
	*use = (struct qmac_bo_use){ bench->bo, QMAC_BO_READ | QMAC_BO_WRITE };
	return (struct qmac_job_desc){
		.cmd_address = bench->base, .cmd_count = count, .bos = use, .bo_count = 1
	};
}

static struct qmac_job_result finish(struct qmac_job *job)
{
	struct qmac_job_result result = { .state = QMAC_JOB_PENDING };

	if (qmac_job_wait(job, QMAC_FOREVER) || qmac_job_result(job, &result))
		tap_note("%s", qmac_context_message(context));
	qmac_job_release(job);
	return result;
}

/* Submits @count commands of @bench and waits. */
static struct qmac_job_result run(const struct bench *bench, uint32_t count)
{
	struct qmac_job_result none = { .state = QMAC_JOB_PENDING };
	struct qmac_bo_use use;
	struct qmac_job_desc desc = job_desc(bench, &use, count);
	struct qmac_job *job;

	if (!qmac_submit(device, NULL, &desc, 1, &job))
		return finish(job);
	tap_note("%s", qmac_context_message(context));
	return none;
}

static bool result_right(const struct bench *bench)
{
	const int8_t *a = (const int8_t *)bench->map + A_AT, *b = (const int8_t *)bench->map + B_AT;
	const int32_t *c = (const int32_t *)(bench->map + C_AT);
	uint32_t i, j, k;

	for (i = 0; i < DIM; i++) {
		for (j = 0; j < DIM; j++) {
			int32_t sum = 0;

			for (k = 0; k < DIM; k++)
				sum += a[i * DIM + k] * b[k * DIM + j];
			if (sum != c[i * DIM + j])
				return false;
		}
	}
	return true;
}

static void check_good(const struct bench *bench, const char *when)
{
	struct qmac_job_result result;

	memset(bench->map + C_AT, 0, DIM * DIM * 4);
	good_command(bench, &bench->cmds[0]);
	result = run(bench, 1);
	tap_ok(result.state == QMAC_JOB_DONE && !result.error && result.cmd_index == 1 &&
		       result_right(bench),
	       "a good job %s", when);
}

static void test_buffers(void)
{
	const struct qmac_device_info *info = qmac_device_info(device);
	struct qmac_bo *bo, *other;
	uint8_t *map;
	void *at;

	tap_ok(qmac_bo_create(device, 0, &bo) == -EINVAL, "buffer of 0 bytes");
	tap_ok(qmac_bo_create(device, info->max_bo_size + 1, &bo) == -EINVAL, "buffer too large");
	if (!tap_ok(!qmac_bo_create(device, 5000, &bo), "buffer of 5000 bytes"))
		return;
	tap_ok(qmac_bo_bytes(bo) == 8192 && qmac_bo_address(bo) >= info->va_start &&
		       qmac_bo_address(bo) % 4096 == 0,
	       "whole pages above va_start");
	tap_ok(!qmac_bo_map(bo, &at), "mapped");
	map = at;
	tap_ok(!map[0] && !map[8191], "zeroed");
	memset(map, 0xaa, 8192);
	qmac_bo_destroy(bo);
	tap_ok(!qmac_bo_create(device, 8192, &bo) && !qmac_bo_create(device, 1, &other) &&
		       qmac_bo_address(bo) != qmac_bo_address(other) && !qmac_bo_map(bo, &at),
	       "two more");
	map = at;
	tap_ok(!map[0] && !map[8191], "zeroed again");
	qmac_bo_destroy(other);
	qmac_bo_destroy(bo);
	qmac_bo_destroy(NULL);
}

struct mistake {
	const char *name;
	uint32_t cause;
	int error;
	uint64_t fault; /* offset in the bench, or an address below its start */
};

static void test_mistake(struct bench *bench, const struct mistake *mistake)
{
	struct qmac_job_result result = run(bench, 3);
	uint64_t fault =
		mistake->fault < BENCH_BYTES ? bench->base + mistake->fault : mistake->fault;

	if (!tap_ok(result.state == QMAC_JOB_FAILED && result.cause == mistake->cause &&
			    result.error == mistake->error && result.cmd_index == 1 &&
			    result.fault_address == fault,
		    "%s: %s", mistake->name, qmac_cause_name(mistake->cause)))
		tap_note("state %u cause %u error %d command %u address %#" PRIx64
			 ", want address %#" PRIx64,
			 result.state, result.cause, result.error, result.cmd_index,
			 result.fault_address, fault);
	tap_ok(strstr(qmac_context_message(context), "command 1") != NULL,
	       "%s: the message names the command", mistake->name);
	check_good(bench, "after it");
}

static struct qmac_cmd *three_commands(struct bench *bench)
{
	int i;

	for (i = 0; i < 3; i++)
		good_command(bench, &bench->cmds[i]);
	return &bench->cmds[1];
}

static void test_faults(struct bench *bench)
{
	const uint64_t far = 0x7000000000;
	struct qmac_param *params = (struct qmac_param *)(bench->map + PARAMS_AT);
	struct qmac_cmd *cmd;

	cmd = three_commands(bench);
	cmd->a_addr = far;
	test_mistake(bench,
		     &(struct mistake){ "A nowhere", QMAC_CAUSE_PAGE_FAULT_READ, -EFAULT, far });
	cmd = three_commands(bench);
	cmd->b_addr = bench->base + BENCH_BYTES - 1;
	test_mistake(bench, &(struct mistake){ "B runs over the end", QMAC_CAUSE_PAGE_FAULT_READ,
					       -EFAULT, bench->base + BENCH_BYTES });
	cmd = three_commands(bench);
	cmd->c_addr = far;
	test_mistake(bench,
		     &(struct mistake){ "C nowhere", QMAC_CAUSE_PAGE_FAULT_WRITE, -EFAULT, far });
	cmd = three_commands(bench);
	cmd->reserved2 = 1;
	test_mistake(bench, &(struct mistake){ "reserved field", QMAC_CAUSE_ILLEGAL_COMMAND,
					       -EINVAL, sizeof(*cmd) });
	cmd = three_commands(bench);
	cmd->opcode = QMAC_OP_CONV;
	test_mistake(bench, &(struct mistake){ "opcode", QMAC_CAUSE_ILLEGAL_COMMAND, -EINVAL,
					       sizeof(*cmd) });
	cmd = three_commands(bench);
	memset(params, 0, DIM * sizeof(*params));
	params[3].reserved0 = 1;
	cmd->flags |= QMAC_FLAG_PER_CHANNEL;
	cmd->param_addr = bench->base + PARAMS_AT;
	test_mistake(bench, &(struct mistake){ "record 3", QMAC_CAUSE_BAD_PARAM, -EINVAL,
					       PARAMS_AT + 3 * sizeof(*params) });
}

static void test_submission(struct bench *bench)
{
	struct qmac_bo_use use, twice[2];
	struct qmac_job_desc desc = job_desc(bench, &use, 1);
	struct qmac_job_desc bad = desc;
	struct qmac_job *job;

	tap_ok(qmac_submit(device, NULL, &desc, 0, &job) == -EINVAL, "0 jobs");
	bad.cmd_address += 8;
	tap_ok(qmac_submit(device, NULL, &bad, 1, &job) == -EINVAL &&
		       strstr(qmac_context_message(context), "multiple of 64"),
	       "misaligned commands");
	bad = desc;
	bad.cmd_count = qmac_device_info(device)->max_commands + 1;
	tap_ok(qmac_submit(device, NULL, &bad, 1, &job) == -EINVAL, "too many commands");
	bad = desc;
	bad.flags = 1u << 31;
	tap_ok(qmac_submit(device, NULL, &bad, 1, &job) == -EINVAL, "unknown job flag");
	twice[0] = twice[1] = use;
	bad = desc;
	bad.bos = twice;
	bad.bo_count = 2;
	tap_ok(qmac_submit(device, NULL, &bad, 1, &job) == -EINVAL &&
		       strstr(qmac_context_message(context), "buffer 1 is listed twice"),
	       "a buffer twice");
	use.flags = 0;
	tap_ok(qmac_submit(device, NULL, &desc, 1, &job) == -EINVAL &&
		       strstr(qmac_context_message(context), "buffer 0"),
	       "buffer without use");
	tap_ok(qmac_submit(device, NULL, &(struct qmac_job_desc){ 0 }, 1, &job) == 0 &&
		       finish(job).state == QMAC_JOB_DONE,
	       "an empty job is done");
}

static void test_dependencies(struct bench *bench)
{
	struct qmac_bo_use use;
	struct qmac_job_desc descs[3];
	struct qmac_job *jobs[3], *late;
	struct qmac_job_result result;
	struct qmac_queue *queue;
	int i;

	three_commands(bench)->reserved0 = 1;
	for (i = 0; i < 3; i++)
		descs[i] = job_desc(bench, &use, 1);
	descs[0].cmd_count = 2; /* fails in its second command */
	descs[2].flags = QMAC_JOB_CONTINUE;
	if (!tap_ok(!qmac_submit(device, NULL, descs, 3, jobs), "three jobs, the first bad"))
		return;
	descs[1].after = &jobs[0];
	descs[1].after_count = 1;
	if (!tap_ok(!qmac_queue_create(device, QMAC_PRIORITY_NORMAL, &queue) &&
			    !qmac_submit(device, queue, &descs[1], 1, &late),
		    "a fourth in another queue, after the first"))
		return;
	qmac_queue_destroy(queue);
	tap_ok(finish(jobs[0]).state == QMAC_JOB_FAILED, "the first fails");
	result = finish(jobs[1]);
	tap_ok(result.state == QMAC_JOB_CANCELLED && result.cause == QMAC_CAUSE_DEPENDENCY &&
		       result.error == -ECANCELED,
	       "the second is cancelled");
	tap_ok(finish(jobs[2]).state == QMAC_JOB_DONE, "the third runs, as it asked");
	tap_ok(finish(late).state == QMAC_JOB_CANCELLED, "the fourth is cancelled");
}

/* Buffers go while jobs run; released jobs run on. */
static void test_lifetimes(void)
{
	struct bench bench, other;
	struct qmac_bo_use use;
	struct qmac_job_desc desc;
	struct qmac_job *job;

	bench_open(&bench);
	bench_open(&other);
	good_command(&bench, &bench.cmds[0]);
	desc = job_desc(&bench, &use, 1);
	tap_ok(!qmac_submit(device, NULL, &desc, 1, &job), "a job");
	qmac_bo_destroy(bench.bo);
	tap_ok(finish(job).state == QMAC_JOB_DONE, "is done though its buffer was destroyed");
	good_command(&other, &other.cmds[0]);
	desc = job_desc(&other, &use, 1);
	tap_ok(!qmac_submit(device, NULL, &desc, 1, &job), "a job to be released at once");
	qmac_job_release(job);
	check_good(&other, "behind it");
	desc.bo_count = 0;
	tap_ok(!qmac_submit(device, NULL, &desc, 1, &job), "a job that lists no buffer");
	qmac_bo_destroy(other.bo);
	tap_ok(finish(job).state != QMAC_JOB_PENDING, "ends though the buffer went");
}

/* More jobs than a ring has slots. */
static void test_many(struct bench *bench)
{
	enum {
		JOBS = 300
	};
	struct qmac_job_desc descs[JOBS];
	struct qmac_job *jobs[JOBS];
	struct qmac_bo_use use;
	int i, done = 0;

	good_command(bench, &bench->cmds[0]);
	for (i = 0; i < JOBS; i++) {
		descs[i] = job_desc(bench, &use, i % 2);
		if (qmac_submit(device, NULL, &descs[i], 1, &jobs[i])) {
			tap_note("%s", qmac_context_message(context));
			break;
		}
	}
	while (i--)
		done += finish(jobs[i]).state == QMAC_JOB_DONE;
	tap_ok(done == JOBS, "%d jobs in flight", JOBS);
}

static void test_timeout(struct bench *bench)
{
	struct qmac_bo_use use;
	struct qmac_job_desc desc = job_desc(bench, &use, 1);
	struct qmac_job *job;
	int error;

	good_command(bench, &bench->cmds[0]);
	bench->cmds[0].batch = 3000; /* of the same product */
	if (!tap_ok(!qmac_submit(device, NULL, &desc, 1, &job), "a long job"))
		return;
	error = qmac_job_wait(job, 0);
	tap_ok(error == -ETIMEDOUT || !error, "a look at it does not wait");
	tap_ok(finish(job).state == QMAC_JOB_DONE, "it ends");
}

/* A second opening of the device reads and writes the first one's buffer. */
static void test_import(struct bench *bench, int fd)
{
	struct qmac_device *other;
	struct qmac_bo *same, *bo;
	uint8_t *bytes;
	void *map;

	tap_ok(!qmac_bo_import(device, fd, &same) && same == bench->bo,
	       "importing it at home gives the same buffer");
	qmac_bo_destroy(same);
	if (!tap_ok(!qmac_device_open(context, qmac_device_info(device)->name, &other),
		    "the device once more"))
		return;
	if (tap_ok(!qmac_bo_import(other, fd, &bo) && !qmac_bo_map(bo, &map), "import it there")) {
		bytes = map;
		bytes[BENCH_BYTES - 1] = 123;
		tap_ok(qmac_bo_bytes(bo) == BENCH_BYTES && bench->map[BENCH_BYTES - 1] == 123,
		       "both see the same memory");
		qmac_bo_destroy(bo);
	} else {
		tap_note("%s", qmac_context_message(context));
	}
	qmac_device_close(other);
}

static void test_sharing(struct bench *bench)
{
	int fd, error = qmac_bo_export(bench->bo, &fd);
	struct qmac_bo *bo;

	if (error == -EOPNOTSUPP) {
		tap_ok(qmac_bo_import(device, 0, &bo) == -EOPNOTSUPP &&
			       strncmp(qmac_device_info(device)->name, "drm:", 4),
		       "devices in this process share no buffers");
		return;
	}
	if (!tap_ok(!error, "export a buffer"))
		return;
	test_import(bench, fd);
	close(fd);
	check_good(bench, "in the buffer that was shared");
	tap_ok(qmac_bo_import(device, -1, &bo) < 0, "no import from a bad descriptor");
}

static void test_cycles(struct bench *bench)
{
	struct qmac_job_result first, second;
	struct qmac_bo_use use;
	struct qmac_job_desc desc = job_desc(bench, &use, 1);
	struct qmac_job *job;

	if (qmac_device_info(device)->model != QMAC_MODEL_RTL) {
		tap_ok(!run(bench, 1).cycles, "this device counts no cycles");
		return;
	}
	good_command(bench, &bench->cmds[0]);
	first = run(bench, 1);
	second = run(bench, 1);
	tap_ok(first.cycles && first.cycles == second.cycles, "the same job takes the same cycles");
	desc.cycle_limit = first.cycles;
	tap_ok(!qmac_submit(device, NULL, &desc, 1, &job) && finish(job).state == QMAC_JOB_DONE,
	       "a limit of just as many does not hurt");
	desc.cycle_limit = first.cycles - 1;
	tap_ok(!qmac_submit(device, NULL, &desc, 1, &job), "a job with one less");
	second = finish(job);
	tap_ok(second.state == QMAC_JOB_FAILED && second.cause == QMAC_CAUSE_CYCLE_LIMIT &&
		       second.error == -ETIME,
	       "ends at its limit");
	check_good(bench, "after it");
}

static void test_linear(void)
{
	enum {
		ROWS = 5,
		IN = 33,
		OUT = 10
	};
	const double scale = 0x1p-9;
	const struct qmac_gemm_desc desc = {
		.m = ROWS,
		.n = OUT,
		.k = IN,
		.a_type = QMAC_TYPE_U8,
		.b_type = QMAC_TYPE_S8,
		.c_type = QMAC_TYPE_S8,
		.preset = QMAC_PRESET_F32,
		.b_transposed = true,
		.a_zero = 3,
		.scale = &scale,
		.scale_count = 1,
	};
	int8_t weights[OUT * IN], c[ROWS * OUT], want[ROWS * OUT];
	uint8_t a[ROWS * IN];
	struct qmac_linear *linear;
	struct rng rng = { 5 };
	uint32_t rows;
	size_t i;

	for (i = 0; i < sizeof(weights); i++)
		weights[i] = rng_next(&rng);
	for (i = 0; i < sizeof(a); i++)
		a[i] = rng_next(&rng);
	if (!tap_ok(!qmac_linear_create(device, &desc, weights, &linear), "a linear layer"))
		return;
	qmac_gemm_run(device, &desc, a, weights, want, NULL);
	for (rows = 1; rows <= ROWS; rows += 2) {
		memset(c, 0, sizeof(c));
		tap_ok(!qmac_linear_run(linear, rows, a, c, NULL) && !memcmp(c, want, rows * OUT) &&
			       (rows == ROWS || !c[rows * OUT]),
		       "linear layer, %u rows", rows);
	}
	tap_ok(qmac_linear_run(linear, ROWS + 1, a, c, NULL) == -EINVAL, "one row too many");
	qmac_linear_destroy(linear);
}

int main(int argc, char **argv)
{
	struct bench bench;

	if (argc != 2) {
		fprintf(stderr, "usage: device_test DEVICE\n");
		return 2;
	}
	if (qmac_context_create(&context))
		return 1;
	if (qmac_device_open(context, argv[1], &device)) {
		tap_ok(false, "open %s: %s", argv[1], qmac_context_message(context));
		return tap_done();
	}
	test_buffers();
	bench_open(&bench);
	check_good(&bench, "first");
	test_faults(&bench);
	test_submission(&bench);
	test_dependencies(&bench);
	test_lifetimes();
	test_many(&bench);
	test_timeout(&bench);
	test_sharing(&bench);
	test_cycles(&bench);
	test_linear();
	check_good(&bench, "last");
	qmac_bo_destroy(bench.bo);
	qmac_device_close(device);
	qmac_context_destroy(context);
	return tap_done();
}
