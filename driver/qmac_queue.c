// SPDX-License-Identifier: GPL-2.0
/*
 * What an open file owns: its context with address space and queues.
 *
 * A queue lives until its last job is freed, and a context until its last queue
 * is. Closing a file therefore waits for nothing: jobs of a closed context are
 * aborted or cancelled and find their own way out.
 */
#include <linux/capability.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include "qmac_drv.h"
#include "qmac_job.h"
#include "qmac_vm.h"

static void qmac_context_free(struct kref *ref)
{
	struct qmac_context *ctx = container_of(ref, struct qmac_context, ref);
	struct qmac_vm *vm = ctx->vm;

	idr_destroy(&ctx->queues);
	qmac_result_fini(ctx);
	mutex_destroy(&ctx->queue_lock);
	kfree(ctx);
	qmac_vm_put(vm);
}

static void qmac_context_put(struct qmac_context *ctx)
{
	kref_put(&ctx->ref, qmac_context_free);
}

static struct qmac_queue *qmac_queue_create(struct qmac_context *ctx,
					    enum drm_sched_priority priority)
{
	struct drm_gpu_scheduler *sched = ctx->qdev->sched;
	struct qmac_queue *queue;
	int ret;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	ret = drm_sched_entity_init(&queue->entity, priority, &sched, 1, NULL);
	if (ret) {
		kfree(queue);
		return ERR_PTR(ret);
	}
	kref_init(&queue->ref);
	mutex_init(&queue->lock);
	kref_get(&ctx->ref);
	queue->ctx = ctx;
	return queue;
}

static void qmac_queue_free(struct kref *ref)
{
	struct qmac_queue *queue = container_of(ref, struct qmac_queue, ref);
	struct qmac_context *ctx = queue->ctx;
	unsigned int i;

	/* No job is left, so this does not wait. */
	drm_sched_entity_destroy(&queue->entity);
	for (i = 0; i < QMAC_QUEUE_DEPTH; i++)
		dma_fence_put(queue->in_flight[i]);
	mutex_destroy(&queue->lock);
	kfree(queue);
	qmac_context_put(ctx);
}

void qmac_queue_put(struct qmac_queue *queue)
{
	kref_put(&queue->ref, qmac_queue_free);
}

struct qmac_queue *qmac_queue_get(struct qmac_context *ctx, u32 id)
{
	struct qmac_queue *queue;

	mutex_lock(&ctx->queue_lock);
	queue = id < QMAC_MAX_QUEUES ? idr_find(&ctx->queues, id) : NULL;
	if (queue)
		kref_get(&queue->ref);
	mutex_unlock(&ctx->queue_lock);
	return queue;
}

/* Returns the id. */
static int qmac_queue_add(struct qmac_context *ctx, enum drm_sched_priority priority, int first)
{
	struct qmac_queue *queue;
	int id;

	queue = qmac_queue_create(ctx, priority);
	if (IS_ERR(queue))
		return PTR_ERR(queue);
	mutex_lock(&ctx->queue_lock);
	id = idr_alloc(&ctx->queues, queue, first, QMAC_MAX_QUEUES, GFP_KERNEL);
	mutex_unlock(&ctx->queue_lock);
	if (id < 0)
		qmac_queue_put(queue);
	return id;
}

static struct qmac_context *qmac_context_create(struct qmac_device *qdev)
{
	struct qmac_context *ctx;
	int ret;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return ERR_PTR(-ENOMEM);
	ctx->qdev = qdev;
	ret = qmac_result_init(ctx);
	if (ret)
		goto err_free;
	ctx->vm = qmac_vm_create(qdev);
	if (IS_ERR(ctx->vm)) {
		ret = PTR_ERR(ctx->vm);
		goto err_result;
	}
	kref_init(&ctx->ref);
	mutex_init(&ctx->queue_lock);
	idr_init(&ctx->queues);
	ret = qmac_queue_add(ctx, DRM_SCHED_PRIORITY_NORMAL, 0);
	if (ret < 0) {
		qmac_context_put(ctx);
		return ERR_PTR(ret);
	}
	return ctx;

err_result:
	qmac_result_fini(ctx);
err_free:
	kfree(ctx);
	return ERR_PTR(ret);
}

int qmac_context_open(struct drm_device *drm, struct drm_file *file)
{
	struct qmac_context *ctx;
	int idx;

	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	ctx = qmac_context_create(to_qmac(drm));
	drm_dev_exit(idx);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	file->driver_priv = ctx;
	return 0;
}

/* Handles are closed already. */
void qmac_context_close(struct drm_device *drm, struct drm_file *file)
{
	struct qmac_device *qdev = to_qmac(drm);
	struct qmac_context *ctx = file->driver_priv;
	struct qmac_queue *queue;
	int id;

	spin_lock_irq(&qdev->hw.lock);
	ctx->closed = true;
	spin_unlock_irq(&qdev->hw.lock);
	qmac_hw_abort_closed(qdev);

	idr_for_each_entry(&ctx->queues, queue, id)
		qmac_queue_put(queue);
	qmac_context_put(ctx);
}

void qmac_context_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	struct qmac_context *ctx = file->driver_priv;
	u64 busy_ns, cycles;

	spin_lock_irq(&ctx->lock);
	busy_ns = ctx->busy_ns;
	cycles = ctx->cycles;
	spin_unlock_irq(&ctx->lock);

	drm_printf(p, "drm-engine-compute:\t%llu ns\n", busy_ns);
	drm_printf(p, "drm-cycles-compute:\t%llu\n", cycles);
	drm_show_memory_stats(p, file);
}

int qmac_ioctl_queue_create(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_qmac_queue_create *args = data;
	enum drm_sched_priority priority;
	int id;

	if (args->flags || args->pad)
		return -EINVAL;
	switch (args->priority) {
	case DRM_QMAC_QUEUE_PRIORITY_NORMAL:
		priority = DRM_SCHED_PRIORITY_NORMAL;
		break;
	case DRM_QMAC_QUEUE_PRIORITY_HIGH:
		if (!capable(CAP_SYS_NICE))
			return -EACCES;
		priority = DRM_SCHED_PRIORITY_HIGH;
		break;
	default:
		return -EINVAL;
	}

	id = qmac_queue_add(file->driver_priv, priority, 1);
	if (id < 0)
		return id;
	args->queue_id = id;
	return 0;
}

int qmac_ioctl_queue_destroy(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct qmac_context *ctx = file->driver_priv;
	struct drm_qmac_queue_destroy *args = data;
	struct qmac_queue *queue;

	if (args->pad || !args->queue_id)
		return -EINVAL;
	mutex_lock(&ctx->queue_lock);
	queue = args->queue_id < QMAC_MAX_QUEUES ? idr_remove(&ctx->queues, args->queue_id) : NULL;
	mutex_unlock(&ctx->queue_lock);
	if (!queue)
		return -ENOENT;
	qmac_queue_put(queue);
	return 0;
}
