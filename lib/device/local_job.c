// SPDX-License-Identifier: MIT
/* Local devices: queues and jobs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device/local.h"

int local_queue_create(struct qmac_device *base, unsigned int priority, struct qmac_queue **out)
{
	struct local_device *device = (struct local_device *)base;
	struct local_queue *queue;

	(void)priority; /* jobs run in the order of submission */
	if (device->queues >= base->info.max_queues)
		return qmac_fail(base->context, -ENOSPC, "%u queues are all that %s has",
				 device->queues, base->info.name);
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return qmac_fail_nomem(base->context, "a queue");
	queue->base.device = base;
	queue->base.id = device->queues++;
	queue->references = 1;
	*out = &queue->base;
	return 0;
}

static void queue_put(struct local_queue *queue)
{
	if (!--queue->references)
		free(queue);
}

void local_queue_destroy(struct qmac_queue *base)
{
	((struct local_device *)base->device)->queues--;
	queue_put((struct local_queue *)base);
}

/* A job that has ended holds no other, so this does not recurse through a chain. */
static void job_put(struct local_job *job)
{
	if (--job->references)
		return;
	free((void *)job->desc.after);
	free((void *)job->desc.bos);
	free(job);
}

/* Copies @desc; @before is the earlier job of the same submission. No reference is taken. */
static struct local_job *job_new(struct qmac_device *base, const struct qmac_job_desc *desc,
				 struct local_job *before)
{
	struct local_job *job = calloc(1, sizeof(*job));
	struct qmac_bo_use *bos = calloc(desc->bo_count + 1, sizeof(*bos));
	struct qmac_job **after = calloc(desc->after_count + 1, sizeof(struct qmac_job *));

	if (!job || !bos || !after) {
		free(job);
		free(bos);
		free(after);
		return NULL;
	}
	if (desc->bo_count)
		memcpy(bos, desc->bos, desc->bo_count * sizeof(*bos));
	if (desc->after_count)
		memcpy(after, desc->after, desc->after_count * sizeof(struct qmac_job *));
	job->base.device = base;
	job->base.cmd_count = desc->cmd_count;
	job->desc = *desc;
	job->desc.bos = bos;
	job->desc.after = after;
	if (before)
		after[job->desc.after_count++] = &before->base;
	if (!job->desc.cycle_limit)
		job->desc.cycle_limit = base->info.max_cycle_limit;
	return job;
}

/* From here on the job cannot fail to be queued. */
static void job_enqueue(struct local_device *device, struct local_queue *queue,
			struct local_job *job)
{
	uint32_t i;

	for (i = 0; i < job->desc.bo_count; i++)
		((struct local_bo *)job->desc.bos[i].bo)->references++;
	for (i = 0; i < job->desc.after_count; i++)
		((struct local_job *)job->desc.after[i])->references++;
	job->references = 2; /* the application and the list */
	job->queue = queue;
	queue->references++;
	queue->unfinished++;
	*device->last = job;
	device->last = &job->next;
}

/* What the job held goes back as soon as it has ended. */
void local_job_end(struct local_job *job, const struct qmac_job_result *result)
{
	uint32_t i;

	job->result = *result;
	job->result.error = qmac_cause_error(result->cause);
	job->ended = true;
	for (i = 0; i < job->desc.bo_count; i++)
		local_bo_destroy(job->desc.bos[i].bo);
	for (i = 0; i < job->desc.after_count; i++)
		job_put((struct local_job *)job->desc.after[i]);
	job->desc.bo_count = 0;
	job->desc.after_count = 0;
	job->queue->unfinished--;
	queue_put(job->queue);
	job->queue = NULL;
}

static void cancel(struct local_job *job)
{
	const struct qmac_job_result result = {
		.state = QMAC_JOB_CANCELLED,
		.cause = QMAC_CAUSE_DEPENDENCY,
		.cmd_index = job->base.cmd_count,
	};

	local_job_end(job, &result);
}

enum turn {
	TURN_WAIT,
	TURN_START,
	TURN_CANCEL
};

static enum turn turn_of(const struct local_job *job)
{
	uint32_t i;

	for (i = 0; i < job->desc.after_count; i++) {
		const struct local_job *before = (const struct local_job *)job->desc.after[i];

		if (!before->ended)
			return TURN_WAIT;
		if (before->result.error && !(job->desc.flags & QMAC_JOB_CONTINUE))
			return TURN_CANCEL;
	}
	return TURN_START;
}

static void forget_first(struct local_device *device)
{
	struct local_job *job = device->first;

	device->first = job->next;
	if (!device->first)
		device->last = &device->first;
	job_put(job);
}

/* Start what can be started, then forget what has ended. */
static void pump(struct local_device *device)
{
	struct local_job *job;

	for (job = device->first; job; job = job->next) {
		enum turn turn;

		if (job->started)
			continue;
		turn = turn_of(job);
		if (turn == TURN_WAIT)
			break;
		if (turn == TURN_START && device->engine->start(device, job))
			break;
		if (turn == TURN_CANCEL)
			cancel(job);
		job->started = true;
	}
	while (device->first && device->first->ended)
		forget_first(device);
}

void local_jobs_abandon(struct local_device *device)
{
	const struct qmac_job_result result = {
		.state = QMAC_JOB_FAILED,
		.cause = QMAC_CAUSE_DEVICE_LOST,
	};

	while (device->first) {
		if (!device->first->ended)
			local_job_end(device->first, &result);
		forget_first(device);
	}
}

int local_submit(struct qmac_device *base, struct qmac_queue *queue_base,
		 const struct qmac_job_desc *descs, uint32_t count, struct qmac_job **jobs)
{
	struct local_device *device = (struct local_device *)base;
	struct local_queue *queue =
		queue_base ? (struct local_queue *)queue_base : &device->default_queue;
	struct local_job *before = NULL;
	uint32_t i;

	if (count > base->info.max_queued_jobs - queue->unfinished)
		return qmac_fail(base->context, -EAGAIN,
				 "the queue holds %u jobs of at most %u: wait for some to end",
				 queue->unfinished, base->info.max_queued_jobs);
	for (i = 0; i < count; i++) {
		before = job_new(base, &descs[i], before);
		if (!before)
			goto fail;
		jobs[i] = &before->base;
	}
	for (i = 0; i < count; i++)
		job_enqueue(device, queue, (struct local_job *)jobs[i]);
	pump(device);
	return 0;

fail:
	while (i--) { /* they hold nothing yet */
		struct local_job *job = (struct local_job *)jobs[i];

		job->references = 1;
		job_put(job);
	}
	return qmac_fail_nomem(base->context, "jobs");
}

int local_job_wait(struct qmac_job *base, int64_t timeout_ns)
{
	struct local_device *device = (struct local_device *)base->device;
	struct local_job *job = (struct local_job *)base;
	int64_t deadline = qmac_deadline_ns(timeout_ns);

	for (;;) {
		pump(device);
		if (job->ended)
			return 0;
		device->engine->advance(device);
		if (!job->ended && qmac_now_ns() >= deadline)
			return qmac_fail(base->device->context, -ETIMEDOUT,
					 "the job has not ended yet");
	}
}

int local_job_result(struct qmac_job *base, struct qmac_job_result *out)
{
	struct local_job *job = (struct local_job *)base;

	*out = job->result;
	return 0;
}

void local_job_release(struct qmac_job *base)
{
	job_put((struct local_job *)base);
}
