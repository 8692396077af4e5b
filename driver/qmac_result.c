// SPDX-License-Identifier: GPL-2.0
/*
 * What JOB_QUERY tells: one hash table per file with the live jobs and the last
 * QMAC_JOB_HISTORY that ended. Nothing is allocated when a job ends.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>

#include "qmac_job.h"

int qmac_result_init(struct qmac_context *ctx)
{
	ctx->history = kvcalloc(QMAC_JOB_HISTORY, sizeof(*ctx->history), GFP_KERNEL_ACCOUNT);
	if (!ctx->history)
		return -ENOMEM;
	spin_lock_init(&ctx->lock);
	hash_init(ctx->results);
	return 0;
}

void qmac_result_fini(struct qmac_context *ctx)
{
	kvfree(ctx->history);
}

/* A job exists from now on. */
void qmac_result_add(struct qmac_job *job)
{
	struct qmac_context *ctx = job->queue->ctx;
	struct qmac_result *result = &job->result;

	result->status.state = DRM_QMAC_JOB_STATE_QUEUED;
	result->status.cmd_index = job->cmd_count;
	spin_lock_irq(&ctx->lock);
	hash_add(ctx->results, &result->node, result->status.job_id);
	spin_unlock_irq(&ctx->lock);
}

void qmac_result_running(struct qmac_job *job)
{
	struct qmac_context *ctx = job->queue->ctx;
	unsigned long flags;

	spin_lock_irqsave(&ctx->lock, flags);
	job->result.status.state = DRM_QMAC_JOB_STATE_RUNNING;
	spin_unlock_irqrestore(&ctx->lock, flags);
}

/* Moves the result from the job into the history. */
void qmac_result_end(struct qmac_job *job, const struct drm_qmac_job_status *status, u64 busy_ns)
{
	struct qmac_context *ctx = job->queue->ctx;
	struct qmac_result *result;
	unsigned long flags;

	spin_lock_irqsave(&ctx->lock, flags);
	hash_del(&job->result.node);
	result = &ctx->history[ctx->history_next++ % QMAC_JOB_HISTORY];
	if (hash_hashed(&result->node))
		hash_del(&result->node);
	result->status = *status;
	hash_add(ctx->results, &result->node, status->job_id);
	ctx->busy_ns += busy_ns;
	ctx->cycles += status->cycles;
	spin_unlock_irqrestore(&ctx->lock, flags);
}

static void qmac_result_read(struct qmac_context *ctx, u64 id, struct drm_qmac_job_status *status)
{
	struct qmac_result *result;

	memset(status, 0, sizeof(*status));
	status->job_id = id;
	spin_lock_irq(&ctx->lock);
	hash_for_each_possible(ctx->results, result, node, id) {
		if (result->status.job_id == id) {
			*status = result->status;
			break;
		}
	}
	spin_unlock_irq(&ctx->lock);
}

int qmac_ioctl_job_query(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct qmac_context *ctx = file->driver_priv;
	struct drm_qmac_job_query *args = data;
	struct drm_qmac_job_status status;
	void __user *dst;
	u32 i;
	int ret;

	if (args->flags || args->pad || !args->jobs.count)
		return -EINVAL;
	ret = qmac_array_check(&args->jobs, sizeof(status), QMAC_MAX_JOB_QUERY);
	if (ret)
		return ret;

	for (i = 0; i < args->jobs.count; i++) {
		ret = qmac_array_read(&status, sizeof(status), &args->jobs, i);
		if (ret)
			return ret;
		qmac_result_read(ctx, status.job_id, &status);
		/* What lies behind was checked to be zero. */
		dst = u64_to_user_ptr(args->jobs.ptr) + (size_t)i * args->jobs.stride;
		if (copy_to_user(dst, &status, sizeof(status)))
			return -EFAULT;
	}
	return 0;
}
