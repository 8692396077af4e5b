// SPDX-License-Identifier: MIT
/* Queues and jobs: what can be checked before a backend sees it. */
#include <errno.h>
#include <inttypes.h>

#include "device/backend.h"

#define CMD_ALIGN 64

int qmac_queue_create(struct qmac_device *device, unsigned int priority, struct qmac_queue **out)
{
	if (priority > QMAC_PRIORITY_HIGH)
		return qmac_fail(device->context, -EINVAL,
				 "queue priority %u is none of QMAC_PRIORITY_*", priority);
	return device->backend->queue_create(device, priority, out);
}

void qmac_queue_destroy(struct qmac_queue *queue)
{
	if (queue)
		queue->device->backend->queue_destroy(queue);
}

static int check_bos(struct qmac_device *device, const struct qmac_job_desc *desc)
{
	const uint32_t known = QMAC_BO_READ | QMAC_BO_WRITE | QMAC_BO_NO_IMPLICIT;
	uint32_t i;

	if (desc->bo_count > device->info.max_bos)
		return qmac_fail(device->context, -EINVAL, "%u buffers: %s takes %u",
				 desc->bo_count, device->info.name, device->info.max_bos);
	device->mark++;
	for (i = 0; i < desc->bo_count; i++) {
		const struct qmac_bo_use *use = &desc->bos[i];

		if (use->bo->device != device)
			return qmac_fail(
				device->context, -EINVAL,
				"buffer %u belongs to another device: export and import it", i);
		if (use->flags & ~known || !(use->flags & (QMAC_BO_READ | QMAC_BO_WRITE)))
			return qmac_fail(
				device->context, -EINVAL,
				"buffer %u has flags %#x: use QMAC_BO_READ, QMAC_BO_WRITE or "
				"both",
				i, use->flags);
		if (use->bo->mark == device->mark)
			return qmac_fail(device->context, -EINVAL,
					 "buffer %u is listed twice: join the flags in one entry",
					 i);
		use->bo->mark = device->mark;
	}
	return 0;
}

static int check_job(struct qmac_device *device, const struct qmac_job_desc *desc)
{
	const struct qmac_device_info *info = &device->info;
	uint32_t i;

	if (desc->cmd_count > info->max_commands)
		return qmac_fail(device->context, -EINVAL, "%u commands: %s takes %u",
				 desc->cmd_count, info->name, info->max_commands);
	if (desc->cmd_address % CMD_ALIGN)
		return qmac_fail(device->context, -EINVAL,
				 "command address %#" PRIx64 " is not a multiple of %d",
				 desc->cmd_address, CMD_ALIGN);
	if (desc->flags & ~QMAC_JOB_CONTINUE)
		return qmac_fail(device->context, -EINVAL, "unknown job flags %#x", desc->flags);
	if (desc->cycle_limit > info->max_cycle_limit)
		return qmac_fail(device->context, -EINVAL,
				 "cycle limit %" PRIu64 ": %s takes %" PRIu64, desc->cycle_limit,
				 info->name, info->max_cycle_limit);
	if (desc->after_count >= info->max_syncs)
		return qmac_fail(device->context, -EINVAL, "%u dependencies: %s takes %u",
				 desc->after_count, info->name, info->max_syncs - 1);
	for (i = 0; i < desc->after_count; i++) {
		if (desc->after[i]->device != device)
			return qmac_fail(device->context, -EINVAL,
					 "dependency %u is a job of another device: wait for it",
					 i);
	}
	return check_bos(device, desc);
}

int qmac_submit(struct qmac_device *device, struct qmac_queue *queue,
		const struct qmac_job_desc *descs, uint32_t count, struct qmac_job **jobs)
{
	uint32_t i;

	if (!count || count > device->info.max_jobs)
		return qmac_fail(device->context, -EINVAL,
				 "%u jobs in one submission: %s takes 1 to %u", count,
				 device->info.name, device->info.max_jobs);
	if (queue && queue->device != device)
		return qmac_fail(device->context, -EINVAL, "the queue belongs to another device");
	for (i = 0; i < count; i++) {
		int error = check_job(device, &descs[i]);

		if (error)
			return qmac_fail_more(device->context, error, "job %u: ", i);
	}
	return device->backend->submit(device, queue, descs, count, jobs);
}

int qmac_job_wait(struct qmac_job *job, int64_t timeout_ns)
{
	return job->device->backend->job_wait(job, timeout_ns < 0 ? 0 : timeout_ns);
}

/* The story of a failed job, for the context's message. */
static void tell(const struct qmac_job *job, const struct qmac_job_result *result)
{
	struct qmac_context *context = job->device->context;
	const char *name = qmac_cause_name(result->cause);

	if (result->cmd_index < job->cmd_count && result->fault_address)
		qmac_fail(context, result->error, "job failed in command %u: %s at %#" PRIx64,
			  result->cmd_index, name, result->fault_address);
	else if (result->cmd_index < job->cmd_count)
		qmac_fail(context, result->error, "job failed in command %u: %s", result->cmd_index,
			  name);
	else
		qmac_fail(context, result->error, "job failed: %s", name);
}

int qmac_job_result(struct qmac_job *job, struct qmac_job_result *out)
{
	int error = job->device->backend->job_result(job, out);

	if (!error && out->error)
		tell(job, out);
	return error;
}

void qmac_job_release(struct qmac_job *job)
{
	if (job)
		job->device->backend->job_release(job);
}
