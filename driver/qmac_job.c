// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs after submission: what the scheduler asks, how a job ends, how it is
 * freed. Every job takes the same way, also in the end of a file or a device:
 *
 *   push -> prepare_job until nothing is left to wait for -> run_job, which
 *   writes the ring or cancels -> the fence of the device side is signalled ->
 *   the scheduler signals the finished fence and calls free_job -> release work
 */
#include <linux/dma-fence-chain.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_syncobj.h>

#include "compat.h"
#include "qmac_drv.h"
#include "qmac_job.h"
#include "qmac_release.h"
#include "qmac_trace.h"
#include "qmac_vm.h"

/* The device's causes are the first of userspace's. */
#define SAME_CAUSE(name) static_assert((int)DRM_QMAC_CAUSE_##name == QMAC_CAUSE_##name, #name)
SAME_CAUSE(NONE);
SAME_CAUSE(PAGE_FAULT_READ);
SAME_CAUSE(PAGE_FAULT_WRITE);
SAME_CAUSE(BUS_ERROR_READ);
SAME_CAUSE(BUS_ERROR_WRITE);
SAME_CAUSE(ILLEGAL_COMMAND);
SAME_CAUSE(BAD_PARAM);
SAME_CAUSE(CYCLE_LIMIT);
SAME_CAUSE(ABORTED);
SAME_CAUSE(BAD_ENTRY);
SAME_CAUSE(OVERFLOW);

static int qmac_cause_error(enum drm_qmac_cause cause)
{
	switch (cause) {
	case DRM_QMAC_CAUSE_NONE:
		return 0;
	case DRM_QMAC_CAUSE_PAGE_FAULT_READ:
	case DRM_QMAC_CAUSE_PAGE_FAULT_WRITE:
		return -EFAULT;
	case DRM_QMAC_CAUSE_BUS_ERROR_READ:
	case DRM_QMAC_CAUSE_BUS_ERROR_WRITE:
	case DRM_QMAC_CAUSE_BAD_ENTRY:
		return -EIO;
	case DRM_QMAC_CAUSE_ILLEGAL_COMMAND:
	case DRM_QMAC_CAUSE_BAD_PARAM:
		return -EINVAL;
	case DRM_QMAC_CAUSE_CYCLE_LIMIT:
		return -ETIME;
	case DRM_QMAC_CAUSE_OVERFLOW:
		return -EOVERFLOW;
	case DRM_QMAC_CAUSE_HANG:
		return -ETIMEDOUT;
	case DRM_QMAC_CAUSE_ABORTED:
	case DRM_QMAC_CAUSE_RESET:
	case DRM_QMAC_CAUSE_DEPENDENCY:
		return -ECANCELED;
	case DRM_QMAC_CAUSE_DEVICE_LOST:
		return -ENODEV;
	}
	return -EIO;
}

static struct qmac_job *to_qmac_job(struct drm_sched_job *sched_job)
{
	return container_of(sched_job, struct qmac_job, base);
}

/**
 * struct qmac_sched - memory of a device's scheduler
 * @ref: Held by the device and by each fence of the device side.
 * @base: Of the core.
 */
struct qmac_sched {
	struct kref ref;
	struct drm_gpu_scheduler base;
};

static void qmac_sched_free(struct kref *ref)
{
	kfree(container_of(ref, struct qmac_sched, ref));
}

static void qmac_sched_put(struct qmac_sched *sched)
{
	kref_put(&sched->ref, qmac_sched_free);
}

/*
 * The fence of the device side. It lives on as the parent of the scheduler's
 * finished fence, which userspace can keep in a syncobj after the last file is
 * closed, and after the device. As long as there is one, the module stays, and the
 * scheduler, where the finished fence looks for its name.
 */
struct qmac_fence {
	struct dma_fence base;
	spinlock_t lock; /* of base */
	struct qmac_sched *sched;
};

static const char *qmac_fence_driver_name(struct dma_fence *fence)
{
	return "qmac";
}

static const char *qmac_fence_timeline_name(struct dma_fence *fence)
{
	return "job";
}

static void qmac_fence_release(struct dma_fence *fence)
{
	/* Modules go after a grace period, and so does the way out of here. */
	rcu_read_lock();
	qmac_sched_put(container_of(fence, struct qmac_fence, base)->sched);
	dma_fence_free(fence);
	module_put(THIS_MODULE);
	rcu_read_unlock();
}

static const struct dma_fence_ops qmac_fence_ops = {
	.get_driver_name = qmac_fence_driver_name,
	.get_timeline_name = qmac_fence_timeline_name,
	.release = qmac_fence_release,
};

static struct dma_fence *qmac_fence_create(struct qmac_device *qdev)
{
	struct qmac_fence *fence;

	static_assert(offsetof(struct qmac_fence, base) == 0, "dma_fence_free() frees the base");

	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return NULL;
	/* The caller is inside an ioctl of this module. */
	__module_get(THIS_MODULE);
	fence->sched = container_of(qdev->sched, struct qmac_sched, base);
	kref_get(&fence->sched->ref);
	spin_lock_init(&fence->lock);
	/* Order is the scheduler's business: each fence is a context of its own. */
	dma_fence_init(&fence->base, &qmac_fence_ops, &fence->lock, dma_fence_context_alloc(1), 1);
	return &fence->base;
}

struct qmac_job *qmac_job_alloc(struct qmac_queue *queue)
{
	struct qmac_job *job;

	job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);
	if (!job)
		return NULL;
	job->fence = qmac_fence_create(queue->ctx->qdev);
	if (!job->fence) {
		kfree(job);
		return NULL;
	}
	kref_init(&job->ref);
	kref_get(&queue->ref);
	job->queue = queue;
	return job;
}

/* Takes a reference of its own. */
int qmac_job_add_wait(struct qmac_job *job, struct dma_fence *fence)
{
	struct dma_fence **waits;
	u32 max;

	if (job->num_waits == job->max_waits) {
		max = max(2 * job->max_waits, 4u);
		waits = krealloc_array(job->waits, max, sizeof(*waits), GFP_KERNEL_ACCOUNT);
		if (!waits)
			return -ENOMEM;
		job->waits = waits;
		job->max_waits = max;
	}
	job->waits[job->num_waits++] = dma_fence_get(fence);
	return 0;
}

/*
 * What to wait for in place of a job's wait @index, and whose error counts.
 *
 * Between jobs of one scheduler drm_sched waits only until the first is in the
 * ring. Whether it fails is not known then, so where a failure cancels the job
 * it waits for the fence of the device side. Elsewhere the order in the ring is
 * enough: NULL.
 */
static struct dma_fence *qmac_wait_target(struct qmac_job *job, u32 index)
{
	struct dma_fence *fence = job->waits[index];
	struct drm_sched_fence *s_fence = to_drm_sched_fence(fence);
	struct dma_fence *parent;

	if (!s_fence || s_fence->sched != job->base.sched)
		return fence;
	/* Set when its run_job() has returned, before "scheduled" is signalled. */
	parent = smp_load_acquire(&s_fence->parent);
	if (!parent)
		return fence;
	return index < job->num_checked ? parent : NULL;
}

/* Only the scheduler's submit work calls this and run_job(). */
static struct dma_fence *qmac_sched_prepare_job(struct drm_sched_job *sched_job,
						struct drm_sched_entity *entity)
{
	struct qmac_job *job = to_qmac_job(sched_job);
	struct qmac_queue *queue = job->queue;
	struct dma_fence *fence;

	fence = queue->in_flight[queue->run % QMAC_QUEUE_DEPTH];
	if (fence && !dma_fence_is_signaled(fence))
		return dma_fence_get(fence);

	while (job->next_wait < job->num_waits && !READ_ONCE(queue->ctx->closed)) {
		fence = qmac_wait_target(job, job->next_wait);
		if (fence && !dma_fence_is_signaled(fence))
			return dma_fence_get(fence);
		job->next_wait++;
	}
	return NULL;
}

/* Why not to run a job. */
static enum drm_qmac_cause qmac_job_obstacle(struct qmac_job *job)
{
	struct dma_fence *fence;
	u32 i;

	if (READ_ONCE(job->queue->ctx->closed))
		return DRM_QMAC_CAUSE_ABORTED;
	for (i = 0; i < job->num_checked; i++) {
		fence = qmac_wait_target(job, i);
		if (dma_fence_get_status(fence) < 0)
			return DRM_QMAC_CAUSE_DEPENDENCY;
	}
	return DRM_QMAC_CAUSE_NONE;
}

static struct dma_fence *qmac_sched_run_job(struct drm_sched_job *sched_job)
{
	struct qmac_job *job = to_qmac_job(sched_job);
	struct qmac_queue *queue = job->queue;
	struct dma_fence **slot = &queue->in_flight[queue->run++ % QMAC_QUEUE_DEPTH];
	enum drm_qmac_cause cause;
	bool cookie;

	cookie = dma_fence_begin_signalling();
	dma_fence_put(*slot);
	*slot = dma_fence_get(job->fence);

	cause = qmac_job_obstacle(job);
	if (!cause && !qmac_hw_push(queue->ctx->qdev, job))
		cause = DRM_QMAC_CAUSE_DEVICE_LOST;
	if (cause)
		qmac_job_fail(job, cause);
	dma_fence_end_signalling(cookie);
	/* Now or later signalled: the scheduler copies its error. */
	return dma_fence_get(job->fence);
}

/* In the scheduler's work: freeing takes locks under which others wait for fences. */
static void qmac_sched_free_job(struct drm_sched_job *sched_job)
{
	struct qmac_job *job = to_qmac_job(sched_job);

	qmac_release_job(job->queue->ctx->qdev, job);
}

static const struct drm_sched_backend_ops qmac_sched_ops = {
	.prepare_job = qmac_sched_prepare_job,
	.run_job = qmac_sched_run_job,
	.free_job = qmac_sched_free_job,
};

static void qmac_sched_fini(struct drm_device *drm, void *data)
{
	struct qmac_sched *sched = data;

	drm_sched_fini(&sched->base);
	qmac_sched_put(sched);
}

int qmac_sched_init(struct qmac_device *qdev)
{
	struct qmac_sched *sched;
	int ret;

	sched = kzalloc(sizeof(*sched), GFP_KERNEL);
	if (!sched)
		return -ENOMEM;
	ret = qmac_compat_sched_init(&sched->base, &qmac_sched_ops, QMAC_RING_SIZE, "qmac",
				     qdev->drm.dev);
	if (ret) {
		kfree(sched);
		return ret;
	}
	kref_init(&sched->ref);
	qdev->sched = &sched->base;
	/* Files that are still open after remove() use it. */
	return drmm_add_action_or_reset(&qdev->drm, qmac_sched_fini, sched);
}

/*
 * The end of a job, exactly once for each. Afterwards the job may be gone, unless
 * the caller is its run_job().
 */
static void qmac_job_end(struct qmac_job *job, struct drm_qmac_job_status *status, u64 busy_ns)
{
	struct dma_fence *fence = dma_fence_get(job->fence);
	struct qmac_stats *stats = &job->queue->ctx->qdev->stats;

	status->job_id = job->result.status.job_id;
	status->error = qmac_cause_error(status->cause);
	trace_qmac_job_end(job, status);
	switch (status->state) {
	case DRM_QMAC_JOB_STATE_DONE:
		atomic64_inc(&stats->done);
		break;
	case DRM_QMAC_JOB_STATE_CANCELLED:
		atomic64_inc(&stats->cancelled);
		break;
	default:
		atomic64_inc(&stats->failed);
	}

	/* All before the fence: who has seen it signalled can ask and submit. */
	qmac_result_end(job, status, busy_ns);
	atomic_dec(&job->queue->unfinished);

	if (status->error)
		dma_fence_set_error(fence, status->error);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/* The device has written a completion record. Called with hw.lock held. */
void qmac_job_complete(struct qmac_job *job, const struct qmac_completion *cpl)
{
	struct qmac_hw *hw = &job->queue->ctx->qdev->hw;
	u32 cause = le32_to_cpu(cpl->cause);
	struct drm_qmac_job_status status = {
		.state = cause ? DRM_QMAC_JOB_STATE_FAILED : DRM_QMAC_JOB_STATE_DONE,
		/* What the device tells is not trusted. */
		.cause = cause <= QMAC_CAUSE_OVERFLOW ? cause : DRM_QMAC_CAUSE_BAD_ENTRY,
		.cmd_index = le32_to_cpu(cpl->cmd_index),
		.fault_addr = le64_to_cpu(cpl->fault_addr),
		.cycles = le64_to_cpu(cpl->cycles),
		.busy = le64_to_cpu(cpl->busy),
		.stall_fetch = le64_to_cpu(cpl->stall_fetch),
		.stall_order = le64_to_cpu(cpl->stall_order),
		.stall_param = le64_to_cpu(cpl->stall_param),
		.stall_a = le64_to_cpu(cpl->stall_a),
		.stall_b = le64_to_cpu(cpl->stall_b),
		.stall_mmu = le64_to_cpu(cpl->stall_mmu),
		.stall_weight = le64_to_cpu(cpl->stall_weight),
		.stall_acc = le64_to_cpu(cpl->stall_acc),
		.stall_drain = le64_to_cpu(cpl->stall_drain),
	};
	ktime_t start, now = ktime_get();

	lockdep_assert_held(&hw->lock);

	/* One job at a time: it began when it came, or when the one before ended. */
	start = ktime_after(hw->last_end, job->pushed) ? hw->last_end : job->pushed;
	hw->last_end = now;
	qmac_job_end(job, &status, ktime_to_ns(ktime_sub(now, start)));
}

/* Ends a job without the device. */
void qmac_job_fail(struct qmac_job *job, enum drm_qmac_cause cause)
{
	bool cancelled = cause == DRM_QMAC_CAUSE_DEPENDENCY || cause == DRM_QMAC_CAUSE_ABORTED;
	struct drm_qmac_job_status status = {
		.state = cancelled ? DRM_QMAC_JOB_STATE_CANCELLED : DRM_QMAC_JOB_STATE_FAILED,
		.cause = cause,
		.cmd_index = job->cmd_count,
	};

	qmac_job_end(job, &status, 0);
}

static void qmac_job_free(struct kref *ref)
{
	struct qmac_job *job = container_of(ref, struct qmac_job, ref);
	struct device *dev = job->queue->ctx->qdev->drm.dev;
	u32 i;

	if (job->initialized)
		drm_sched_job_cleanup(&job->base);
	for (i = 0; i < job->num_uses; i++)
		qmac_mapping_put(job->uses[i].mapping);
	kvfree(job->uses);
	for (i = 0; i < job->num_waits; i++)
		dma_fence_put(job->waits[i]);
	kfree(job->waits);
	for (i = 0; i < job->num_signals; i++) {
		dma_fence_chain_free(job->signals[i].chain);
		drm_syncobj_put(job->signals[i].syncobj);
	}
	kfree(job->signals);
	dma_fence_put(job->fence);
	if (job->powered) {
		pm_runtime_mark_last_busy(dev);
		pm_runtime_put_autosuspend(dev);
	}
	qmac_queue_put(job->queue);
	kfree(job);
}

/* May sleep. */
void qmac_job_put(struct qmac_job *job)
{
	kref_put(&job->ref, qmac_job_free);
}

/* Of the release work. */
void qmac_job_free_dead(struct llist_node *list)
{
	struct qmac_job *job, *next;

	list = llist_reverse_order(list);
	llist_for_each_entry_safe(job, next, list, release) {
		trace_qmac_job_release(job);
		atomic64_inc(&job->queue->ctx->qdev->stats.released);
		qmac_job_put(job);
	}
}
