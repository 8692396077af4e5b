// SPDX-License-Identifier: GPL-2.0
/*
 * SUBMIT: all or nothing. Everything that can fail comes first: reading and
 * checking each job, its references and memory, power, the reservations. Then
 * qmac_submit_commit() arms and pushes, and cannot fail.
 */
#include <linux/dma-fence-chain.h>
#include <linux/dma-fence-unwrap.h>
#include <linux/dma-resv.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>

#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_syncobj.h>

#include "compat.h"
#include "qmac_drv.h"
#include "qmac_gem.h"
#include "qmac_job.h"
#include "qmac_trace.h"
#include "qmac_vm.h"

/* Elements that we do not know are looked through for zeros: within reason. */
#define QMAC_MAX_STRIDE PAGE_SIZE

/**
 * struct qmac_submit - a submission in the making
 * @file: Caller.
 * @args: Its arguments.
 * @queue: Counted.
 * @jobs: Jobs, as far as they exist.
 * @count: How many there will be.
 * @exec: Locks of all BOs.
 */
struct qmac_submit {
	struct drm_file *file;
	struct drm_qmac_submit *args;
	struct qmac_queue *queue;
	struct qmac_job *jobs[QMAC_MAX_JOBS];
	u32 count;
	struct drm_exec exec;
};

int qmac_array_check(const struct drm_qmac_array *array, u32 min_stride, u32 max_count)
{
	if (array->stride % 8 || array->ptr % 8 || array->count > max_count ||
	    array->stride > QMAC_MAX_STRIDE)
		return -EINVAL;
	if (!array->count)
		return array->ptr ? -EINVAL : 0;
	return array->stride < min_stride ? -EINVAL : 0;
}

int qmac_array_read(void *dst, size_t size, const struct drm_qmac_array *array, u32 index)
{
	const void __user *src = u64_to_user_ptr(array->ptr) + (size_t)index * array->stride;

	return copy_struct_from_user(dst, size, src, array->stride);
}

static int qmac_compare_handles(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int qmac_check_unique(u32 *handles, u32 count)
{
	u32 i;

	sort(handles, count, sizeof(*handles), qmac_compare_handles, NULL);
	for (i = 1; i < count; i++)
		if (handles[i] == handles[i - 1])
			return -EINVAL;
	return 0;
}

/* Looks up one BO; its mapping keeps it from now on. */
static int qmac_submit_bo(struct qmac_submit *submit, struct qmac_job *job,
			  const struct drm_qmac_bo_use *use)
{
	const u32 access = DRM_QMAC_BO_USE_READ | DRM_QMAC_BO_USE_WRITE;
	struct qmac_mapping *mapping;
	struct drm_gem_object *obj;

	if (use->flags & ~(access | DRM_QMAC_BO_USE_NO_IMPLICIT) || !(use->flags & access))
		return -EINVAL;
	obj = drm_gem_object_lookup(submit->file, use->handle);
	if (!obj)
		return -ENOENT;
	mapping = qmac_mapping_find(job->queue->ctx->vm, to_qmac_bo(obj));
	drm_gem_object_put(obj);
	if (!mapping)
		return -ENOENT; /* just being closed */
	job->uses[job->num_uses++] = (struct qmac_bo_use){ mapping, use->flags };
	return 0;
}

static int qmac_submit_bos(struct qmac_submit *submit, struct qmac_job *job,
			   const struct drm_qmac_array *array)
{
	struct drm_qmac_bo_use use;
	u32 *handles;
	u32 i;
	int ret;

	ret = qmac_array_check(array, sizeof(use), QMAC_MAX_BOS);
	if (ret || !array->count)
		return ret;
	job->uses = kvcalloc(array->count, sizeof(*job->uses), GFP_KERNEL_ACCOUNT);
	handles = kvcalloc(array->count, sizeof(*handles), GFP_KERNEL);
	if (!job->uses || !handles) {
		ret = -ENOMEM;
		goto out;
	}
	for (i = 0; i < array->count && !ret; i++) {
		ret = qmac_array_read(&use, sizeof(use), array, i);
		if (!ret)
			ret = qmac_submit_bo(submit, job, &use);
		handles[i] = use.handle;
	}
	if (!ret)
		ret = qmac_check_unique(handles, array->count);
out:
	kvfree(handles);
	return ret;
}

/*
 * An in-fence counts with its error also when it has ended before; containers
 * (timeline points, merged fences) are taken apart, because they do not pass
 * errors on.
 */
static int qmac_submit_wait(struct qmac_submit *submit, struct qmac_job *job,
			    const struct drm_qmac_sync *sync)
{
	struct dma_fence_unwrap cursor;
	struct dma_fence *head, *fence;
	int ret;

	ret = drm_syncobj_find_fence(submit->file, sync->handle, sync->point, 0, &head);
	/* "No fence yet" and "not that far" are EINVAL there. */
	if (ret)
		return ret == -EINVAL ? -ENOENT : ret;
	dma_fence_unwrap_for_each(fence, &cursor, head) {
		if (!ret && dma_fence_get_status(fence) <= 0)
			ret = qmac_job_add_wait(job, fence);
	}
	dma_fence_put(head);
	return ret;
}

static int qmac_submit_signal(struct qmac_submit *submit, struct qmac_job *job,
			      const struct drm_qmac_sync *sync)
{
	struct qmac_signal *signal = &job->signals[job->num_signals];

	if (sync->flags & DRM_QMAC_SYNC_TIMELINE) {
		if (!sync->point)
			return -EINVAL;
		signal->chain = dma_fence_chain_alloc();
		if (!signal->chain)
			return -ENOMEM;
		signal->point = sync->point;
	}
	signal->syncobj = drm_syncobj_find(submit->file, sync->handle);
	if (!signal->syncobj) {
		dma_fence_chain_free(signal->chain);
		return -ENOENT;
	}
	job->num_signals++;
	return 0;
}

static int qmac_submit_syncs(struct qmac_submit *submit, struct qmac_job *job,
			     const struct drm_qmac_array *array)
{
	const u32 direction = DRM_QMAC_SYNC_WAIT | DRM_QMAC_SYNC_SIGNAL;
	struct drm_qmac_sync sync;
	u32 i;
	int ret;

	ret = qmac_array_check(array, sizeof(sync), QMAC_MAX_SYNCS);
	if (ret || !array->count)
		return ret;
	job->signals = kcalloc(array->count, sizeof(*job->signals), GFP_KERNEL_ACCOUNT);
	if (!job->signals)
		return -ENOMEM;
	for (i = 0; i < array->count; i++) {
		ret = qmac_array_read(&sync, sizeof(sync), array, i);
		if (ret)
			return ret;
		if (sync.flags & ~(direction | DRM_QMAC_SYNC_TIMELINE) ||
		    hweight32(sync.flags & direction) != 1 ||
		    (!(sync.flags & DRM_QMAC_SYNC_TIMELINE) && sync.point))
			return -EINVAL;
		if (sync.flags & DRM_QMAC_SYNC_WAIT)
			ret = qmac_submit_wait(submit, job, &sync);
		else
			ret = qmac_submit_signal(submit, job, &sync);
		if (ret)
			return ret;
	}
	return 0;
}

static int qmac_check_job(const struct drm_qmac_limits *limits, const struct drm_qmac_job *args)
{
	if (args->flags & ~DRM_QMAC_JOB_CONTINUE)
		return -EINVAL;
	if (args->cmd_va % 64 || args->cmd_va >= limits->va_end)
		return -EINVAL;
	if (args->cmd_count > limits->max_commands)
		return -EINVAL;
	if (args->cycle_limit > limits->max_cycle_limit)
		return -EINVAL;
	return 0;
}

/* Reads one job and gets all it needs. On failure the caller releases what is there. */
static int qmac_submit_job(struct qmac_submit *submit, u32 index)
{
	struct qmac_context *ctx = submit->queue->ctx;
	const struct drm_qmac_limits *limits = &ctx->qdev->limits;
	struct drm_qmac_job args;
	struct qmac_job *job;
	int ret;

	ret = qmac_array_read(&args, sizeof(args), &submit->args->jobs, index);
	if (ret)
		return ret;
	ret = qmac_check_job(limits, &args);
	if (ret)
		return ret;

	job = qmac_job_alloc(submit->queue);
	if (!job)
		return -ENOMEM;
	submit->jobs[index] = job;
	job->cmd_va = args.cmd_va;
	job->cmd_count = args.cmd_count;
	job->cycle_limit = args.cycle_limit ?: limits->max_cycle_limit;
	job->result.status.job_id = atomic64_inc_return(&ctx->next_job);

	ret = qmac_submit_bos(submit, job, &args.bos);
	if (ret)
		return ret;
	ret = qmac_submit_syncs(submit, job, &args.syncs);
	if (ret)
		return ret;
	/* A failure of what it waits for so far, or of the job before it, cancels the job. */
	if (!(args.flags & DRM_QMAC_JOB_CONTINUE)) {
		if (index)
			ret = qmac_job_add_wait(job, submit->jobs[index - 1]->fence);
		if (ret)
			return ret;
		job->num_checked = job->num_waits;
	}
	ret = qmac_compat_job_init(&job->base, &submit->queue->entity, ctx,
				   submit->file->client_id);
	if (ret)
		return ret;
	job->initialized = true;
	return 0;
}

/* Before any lock is held: the array can lie in one of our own BOs. */
static int qmac_submit_write_ids(struct qmac_submit *submit)
{
	const struct drm_qmac_array *array = &submit->args->jobs;
	struct drm_qmac_job __user *dst;
	u32 i;

	for (i = 0; i < submit->count; i++) {
		dst = u64_to_user_ptr(array->ptr) + (size_t)i * array->stride;
		if (put_user(submit->jobs[i]->result.status.job_id, &dst->job_id))
			return -EFAULT;
	}
	return 0;
}

static int qmac_submit_power(struct qmac_submit *submit)
{
	struct device *dev = submit->queue->ctx->qdev->drm.dev;
	u32 i;
	int ret;

	for (i = 0; i < submit->count; i++) {
		ret = pm_runtime_resume_and_get(dev);
		if (ret < 0)
			return ret;
		submit->jobs[i]->powered = true;
	}
	return 0;
}

/* Locks every BO and makes room for a fence of each job. */
static int qmac_submit_lock(struct qmac_submit *submit)
{
	struct drm_exec *exec = &submit->exec;
	struct drm_gem_object *obj;
	struct qmac_job *job;
	u32 i, k;
	int ret;

	drm_exec_until_all_locked(exec) {
		for (i = 0; i < submit->count; i++) {
			job = submit->jobs[i];
			for (k = 0; k < job->num_uses; k++) {
				obj = &job->uses[k].mapping->bo->base.base;
				ret = drm_exec_prepare_obj(exec, obj, submit->count);
				/* Starts the outer loop again. */
				drm_exec_retry_on_contention(exec);
				if (ret)
					return ret;
			}
		}
	}
	return 0;
}

/*
 * Implicit synchronization is about order alone: the failure of somebody else's
 * job does not cancel ours. So it comes after what is checked.
 */
static int qmac_submit_implicit(struct qmac_job *job)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	struct dma_resv *resv;
	bool write;
	u32 i;
	int ret;

	for (i = 0; i < job->num_uses; i++) {
		if (job->uses[i].flags & DRM_QMAC_BO_USE_NO_IMPLICIT)
			continue;
		resv = job->uses[i].mapping->bo->base.base.resv;
		write = job->uses[i].flags & DRM_QMAC_BO_USE_WRITE;
		dma_resv_for_each_fence(&cursor, resv, dma_resv_usage_rw(write), fence) {
			if (dma_fence_is_signaled(fence))
				continue;
			ret = qmac_job_add_wait(job, fence);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* Counts the jobs against the queue's bound. */
static int qmac_submit_reserve(struct qmac_submit *submit)
{
	atomic_t *unfinished = &submit->queue->unfinished;
	int old = atomic_read(unfinished);

	do {
		if (old + submit->count > QMAC_MAX_QUEUED_JOBS)
			return -EAGAIN;
	} while (!atomic_try_cmpxchg(unfinished, &old, old + submit->count));
	return 0;
}

/* From the first line on there is no way back. */
static void qmac_submit_commit(struct qmac_submit *submit)
{
	struct qmac_device *qdev = submit->queue->ctx->qdev;
	struct qmac_signal *signal;
	struct dma_fence *fence;
	struct qmac_job *job;
	bool cookie;
	u32 i, k;

	/* Jobs of one queue are pushed in the order in which they are armed. */
	mutex_lock(&submit->queue->lock);
	cookie = dma_fence_begin_signalling();
	for (i = 0; i < submit->count; i++) {
		job = submit->jobs[i];
		drm_sched_job_arm(&job->base);
		fence = &job->base.s_fence->finished;
		for (k = 0; k < job->num_uses; k++)
			dma_resv_add_fence(job->uses[k].mapping->bo->base.base.resv, fence,
					   job->uses[k].flags & DRM_QMAC_BO_USE_WRITE ?
						   DMA_RESV_USAGE_WRITE :
						   DMA_RESV_USAGE_READ);
		for (k = 0; k < job->num_signals; k++) {
			signal = &job->signals[k];
			if (signal->chain) {
				drm_syncobj_add_point(signal->syncobj, signal->chain, fence,
						      signal->point);
				signal->chain = NULL;
			} else {
				drm_syncobj_replace_fence(signal->syncobj, fence);
			}
		}
		qmac_result_add(job);
		atomic64_inc(&qdev->stats.submitted);
		trace_qmac_job_submit(job);
		/* From now on the job can end and be freed, but for our own reference. */
		kref_get(&job->ref);
		drm_sched_entity_push_job(&job->base);
	}
	dma_fence_end_signalling(cookie);
	mutex_unlock(&submit->queue->lock);
}

static int qmac_submit_prepare(struct qmac_submit *submit, u32 *index)
{
	u32 i;
	int ret;

	for (i = 0; i < submit->count; i++) {
		*index = i;
		ret = qmac_submit_job(submit, i);
		if (ret)
			return ret;
	}
	*index = submit->count;
	ret = qmac_submit_write_ids(submit);
	if (ret)
		return ret;
	return qmac_submit_power(submit);
}

static int qmac_submit_locked(struct qmac_submit *submit, u32 *index)
{
	u32 i;
	int ret;

	ret = qmac_submit_lock(submit);
	if (ret)
		return ret;
	for (i = 0; i < submit->count; i++) {
		ret = qmac_submit_implicit(submit->jobs[i]);
		if (ret) {
			*index = i;
			return ret;
		}
	}
	ret = qmac_submit_reserve(submit);
	if (ret)
		return ret;
	qmac_submit_commit(submit);
	return 0;
}

int qmac_ioctl_submit(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct qmac_device *qdev = to_qmac(drm);
	struct drm_qmac_submit *args = data;
	struct qmac_submit *submit;
	u32 i;
	int ret;

	args->fail_index = args->jobs.count;
	if (args->flags || args->pad || !args->jobs.count)
		return -EINVAL;
	ret = qmac_array_check(&args->jobs, sizeof(struct drm_qmac_job), QMAC_MAX_JOBS);
	if (ret)
		return ret;
	if (READ_ONCE(qdev->hw.wedged))
		return -ENODEV;

	submit = kzalloc(sizeof(*submit), GFP_KERNEL);
	if (!submit)
		return -ENOMEM;
	submit->file = file;
	submit->args = args;
	submit->count = args->jobs.count;
	submit->queue = qmac_queue_get(file->driver_priv, args->queue_id);
	if (!submit->queue) {
		ret = -ENOENT;
		goto out_free;
	}

	ret = qmac_submit_prepare(submit, &args->fail_index);
	if (!ret) {
		drm_exec_init(&submit->exec,
			      DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES, 0);
		ret = qmac_submit_locked(submit, &args->fail_index);
		drm_exec_fini(&submit->exec);
	}
	/*
	 * Also those that were pushed: what a job keeps of its BOs had to be there until
	 * drm_exec_fini(), which otherwise would free some while it has others locked.
	 */
	for (i = 0; i < submit->count; i++)
		if (submit->jobs[i])
			qmac_job_put(submit->jobs[i]);
	qmac_queue_put(submit->queue);
out_free:
	kfree(submit);
	return ret;
}
