/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_JOB_H_
#define _QMAC_JOB_H_

#include <linux/dma-fence.h>
#include <linux/hashtable.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include <drm/gpu_scheduler.h>
#include <drm/qmac_accel.h>

#include "qmac_drv.h"

struct dma_fence_chain;
struct drm_exec;
struct drm_file;
struct drm_printer;
struct drm_syncobj;
struct qmac_completion;
struct qmac_mapping;
struct qmac_vm;

/* Jobs of one queue in the ring: enough to keep the device busy, few enough to be fair. */
#define QMAC_QUEUE_DEPTH 4

/**
 * struct qmac_result - what JOB_QUERY tells about a job
 * @node: In qmac_context.results; not hashed when unused.
 * @status: Answer.
 *
 * Part of the job until it has ended, then copied into the context's history.
 */
struct qmac_result {
	struct hlist_node node;
	struct drm_qmac_job_status status;
};

/**
 * struct qmac_context - what an open file owns
 * @ref: Held by the file and by each queue.
 * @qdev: Device.
 * @vm: Address space.
 * @closed: The file is closed: abort what runs, cancel what waits. Written
 *	under qmac_hw.lock.
 * @queue_lock: Protects @queues.
 * @queues: Queues by id.
 * @next_job: Id of the next job.
 * @lock: Protects everything below.
 * @results: Live and ended jobs by id.
 * @history: Results of ended jobs, a ring.
 * @history_next: Slot of @history to be used next.
 * @busy_ns: Time that the device spent with jobs of this file.
 * @cycles: Device cycles of the same.
 */
struct qmac_context {
	struct kref ref;
	struct qmac_device *qdev;
	struct qmac_vm *vm;
	bool closed;
	struct mutex queue_lock; /* see above */
	struct idr queues;
	atomic64_t next_job;

	spinlock_t lock; /* see above */
	DECLARE_HASHTABLE(results, QMAC_JOB_HISTORY_LOG2);
	struct qmac_result *history;
	unsigned int history_next;
	u64 busy_ns;
	u64 cycles;
};

/**
 * struct qmac_queue - jobs in order
 * @ref: Held by the context's table of queues and by each job.
 * @ctx: Context; counted.
 * @entity: Of the scheduler.
 * @lock: Held from arming jobs to pushing the last of a submission.
 * @unfinished: Jobs submitted and not ended.
 * @run: Jobs that left the queue. Only the scheduler's work uses it.
 * @in_flight: Fences of the last QMAC_QUEUE_DEPTH of them. Likewise.
 */
struct qmac_queue {
	struct kref ref;
	struct qmac_context *ctx;
	struct drm_sched_entity entity;
	struct mutex lock; /* see above */
	atomic_t unfinished;
	u32 run;
	struct dma_fence *in_flight[QMAC_QUEUE_DEPTH];
};

/**
 * struct qmac_bo_use - a BO that a job uses
 * @mapping: Keeps address and memory; counted.
 * @flags: DRM_QMAC_BO_USE_*.
 */
struct qmac_bo_use {
	struct qmac_mapping *mapping;
	u32 flags;
};

/**
 * struct qmac_signal - a syncobj that gets a job's fence
 * @syncobj: Counted.
 * @chain: Memory for a timeline point; NULL for a binary syncobj.
 * @point: Timeline point.
 */
struct qmac_signal {
	struct drm_syncobj *syncobj;
	struct dma_fence_chain *chain;
	u64 point;
};

/**
 * struct qmac_job - from submission to release
 * @ref: Held by SUBMIT while it works, and by the scheduler once it was pushed.
 * @base: Of the scheduler.
 * @queue: Counted.
 * @fence: Signalled when the device is done with the job, or when the job was
 *	cancelled. The scheduler's finished fence, which users see, follows it.
 * @result: State, error and counters.
 * @ring_id: Id in the ring entry.
 * @cmd_va: Commands.
 * @cmd_count: Their number.
 * @cycle_limit: For the device.
 * @uses: BOs.
 * @num_uses: Their number.
 * @waits: Fences to wait for; without containers, counted.
 * @num_waits: Their number.
 * @num_checked: The first of them, whose failure cancels the job.
 * @max_waits: What @waits has room for.
 * @next_wait: First that was not seen signalled. Only the scheduler's work uses it.
 * @signals: Syncobjs to signal.
 * @num_signals: Their number.
 * @pushed: When the job went into the ring.
 * @release: In qmac_release.jobs.
 * @initialized: @base is.
 * @powered: Holds a runtime PM reference.
 */
struct qmac_job {
	struct kref ref;
	struct drm_sched_job base;
	struct qmac_queue *queue;
	struct dma_fence *fence;
	struct qmac_result result;
	u64 ring_id;
	u64 cmd_va;
	u32 cmd_count;
	u64 cycle_limit;

	struct qmac_bo_use *uses;
	u32 num_uses;
	struct dma_fence **waits;
	u32 num_waits;
	u32 num_checked;
	u32 max_waits;
	u32 next_wait;
	struct qmac_signal *signals;
	u32 num_signals;

	ktime_t pushed;
	struct llist_node release;
	bool initialized;
	bool powered;
};

/* qmac_job.c */
int qmac_sched_init(struct qmac_device *qdev);
struct qmac_job *qmac_job_alloc(struct qmac_queue *queue);
int qmac_job_add_wait(struct qmac_job *job, struct dma_fence *fence);
void qmac_job_complete(struct qmac_job *job, const struct qmac_completion *cpl);
void qmac_job_fail(struct qmac_job *job, enum drm_qmac_cause cause);
void qmac_job_put(struct qmac_job *job);
void qmac_job_free_dead(struct llist_node *list);

/* qmac_queue.c */
int qmac_context_open(struct drm_device *drm, struct drm_file *file);
void qmac_context_close(struct drm_device *drm, struct drm_file *file);
void qmac_context_fdinfo(struct drm_printer *p, struct drm_file *file);
struct qmac_queue *qmac_queue_get(struct qmac_context *ctx, u32 id);
void qmac_queue_put(struct qmac_queue *queue);
int qmac_ioctl_queue_create(struct drm_device *drm, void *data, struct drm_file *file);
int qmac_ioctl_queue_destroy(struct drm_device *drm, void *data, struct drm_file *file);

/* qmac_result.c */
int qmac_result_init(struct qmac_context *ctx);
void qmac_result_fini(struct qmac_context *ctx);
void qmac_result_add(struct qmac_job *job);
void qmac_result_running(struct qmac_job *job);
void qmac_result_end(struct qmac_job *job, const struct drm_qmac_job_status *status, u64 busy_ns);
int qmac_ioctl_job_query(struct drm_device *drm, void *data, struct drm_file *file);

/* qmac_submit.c */
int qmac_array_check(const struct drm_qmac_array *array, u32 min_stride, u32 max_count);
int qmac_array_read(void *dst, size_t size, const struct drm_qmac_array *array, u32 index);
int qmac_ioctl_submit(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _QMAC_JOB_H_ */
