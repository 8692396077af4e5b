// SPDX-License-Identifier: MIT
/* Queues and jobs of the driver. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xf86drm.h>

#include "device/drm.h"

int drm_queue_create(struct qmac_device *device, unsigned int priority, struct qmac_queue **out)
{
	struct drm_device *drm = (struct drm_device *)device;
	struct drm_qmac_queue_create args = { .priority = priority };
	struct qmac_queue *queue = calloc(1, sizeof(*queue));
	int error;

	if (!queue)
		return qmac_fail_nomem(device->context, "a queue");
	if (drmIoctl(drm->fd, DRM_IOCTL_QMAC_QUEUE_CREATE, &args)) {
		error = -errno;
		free(queue);
		if (error == -EACCES)
			return qmac_fail(device->context, error,
					 "high priority is a privilege: run with CAP_SYS_NICE, or "
					 "use QMAC_PRIORITY_NORMAL");
		return qmac_fail(device->context, error, "cannot make a queue: %s",
				 strerror(-error));
	}
	queue->device = device;
	queue->id = args.queue_id;
	*out = queue;
	return 0;
}

void drm_queue_destroy(struct qmac_queue *queue)
{
	struct drm_device *drm = (struct drm_device *)queue->device;
	struct drm_qmac_queue_destroy args = { .queue_id = queue->id };

	drmIoctl(drm->fd, DRM_IOCTL_QMAC_QUEUE_DESTROY, &args);
	free(queue);
}

/* What a submission needs beside the jobs: all arrays in one piece each. */
struct submission {
	struct drm_qmac_job *jobs;
	struct drm_qmac_bo_use *bos;
	struct drm_qmac_sync *syncs;
};

static int submission_alloc(struct submission *submission, const struct qmac_job_desc *descs,
			    uint32_t count)
{
	size_t bos = 0, syncs = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		bos += descs[i].bo_count;
		syncs += descs[i].after_count + 1;
	}
	submission->jobs = calloc(count, sizeof(*submission->jobs));
	submission->bos = calloc(bos + 1, sizeof(*submission->bos));
	submission->syncs = calloc(syncs, sizeof(*submission->syncs));
	return submission->jobs && submission->bos && submission->syncs ? 0 : -ENOMEM;
}

static void submission_free(struct submission *submission)
{
	free(submission->jobs);
	free(submission->bos);
	free(submission->syncs);
}

static struct drm_qmac_array array(const void *first, uint32_t stride, uint32_t count)
{
	return (struct drm_qmac_array){
		.stride = stride,
		.count = count,
		.ptr = count ? (uintptr_t)first : 0,
	};
}

/* Use flags have the same values on both sides of the interface. */
_Static_assert(QMAC_BO_READ == DRM_QMAC_BO_USE_READ && QMAC_BO_WRITE == DRM_QMAC_BO_USE_WRITE &&
		       QMAC_BO_NO_IMPLICIT == DRM_QMAC_BO_USE_NO_IMPLICIT &&
		       QMAC_JOB_CONTINUE == DRM_QMAC_JOB_CONTINUE,
	       "flags of the library are the driver's");

/* Writes the job's buffers and syncs from *bos and *syncs on, and moves these. */
static void fill_job(struct drm_qmac_job *job, const struct qmac_job_desc *desc, uint32_t syncobj,
		     struct drm_qmac_bo_use **bos, struct drm_qmac_sync **syncs)
{
	uint32_t i;

	job->cmd_va = desc->cmd_address;
	job->cmd_count = desc->cmd_count;
	job->flags = desc->flags;
	job->cycle_limit = desc->cycle_limit;
	job->bos = array(*bos, sizeof(**bos), desc->bo_count);
	job->syncs = array(*syncs, sizeof(**syncs), desc->after_count + 1);
	for (i = 0; i < desc->bo_count; i++, (*bos)++) {
		(*bos)->handle = ((struct drm_bo *)desc->bos[i].bo)->handle;
		(*bos)->flags = desc->bos[i].flags;
	}
	for (i = 0; i < desc->after_count; i++, (*syncs)++) {
		(*syncs)->handle = ((struct drm_job *)desc->after[i])->syncobj;
		(*syncs)->flags = DRM_QMAC_SYNC_WAIT;
	}
	(*syncs)->handle = syncobj;
	(*syncs)->flags = DRM_QMAC_SYNC_SIGNAL;
	(*syncs)++;
}

static int ioctl_submit(struct drm_device *drm, const struct qmac_queue *queue,
			struct submission *submission, uint32_t count)
{
	struct drm_qmac_submit args = {
		.jobs = array(submission->jobs, sizeof(*submission->jobs), count),
		.queue_id = queue ? queue->id : 0,
	};
	int error;

	if (!drmIoctl(drm->fd, DRM_IOCTL_QMAC_SUBMIT, &args))
		return 0;
	error = -errno;
	if (error == -EAGAIN)
		return qmac_fail(drm->base.context, error,
				 "the queue is full (%u jobs): wait for some to end",
				 drm->base.info.max_queued_jobs);
	if (args.fail_index < count)
		return qmac_fail(drm->base.context, error, "job %u was refused: %s",
				 args.fail_index, strerror(-error));
	return qmac_fail(drm->base.context, error, "the submission was refused: %s",
			 strerror(-error));
}

static void job_free(struct drm_job *job)
{
	struct drm_device *drm = (struct drm_device *)job->base.device;

	if (job->syncobj)
		drmSyncobjDestroy(drm->fd, job->syncobj);
	free(job);
}

static struct drm_job *job_new(struct qmac_device *device, const struct qmac_job_desc *desc)
{
	struct drm_device *drm = (struct drm_device *)device;
	struct drm_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->base.device = device;
	job->base.cmd_count = desc->cmd_count;
	if (drmSyncobjCreate(drm->fd, 0, &job->syncobj)) {
		free(job);
		return NULL;
	}
	return job;
}

int drm_submit(struct qmac_device *device, struct qmac_queue *queue,
	       const struct qmac_job_desc *descs, uint32_t count, struct qmac_job **jobs)
{
	struct submission submission;
	struct drm_qmac_bo_use *bos;
	struct drm_qmac_sync *syncs;
	uint32_t made = 0, i;
	int error;

	error = submission_alloc(&submission, descs, count);
	bos = submission.bos;
	syncs = submission.syncs;
	for (; !error && made < count; made++) {
		struct drm_job *job = job_new(device, &descs[made]);

		if (!job) {
			error = -ENOMEM;
			break;
		}
		jobs[made] = &job->base;
		fill_job(&submission.jobs[made], &descs[made], job->syncobj, &bos, &syncs);
	}
	if (error)
		qmac_fail_nomem(device->context, "jobs");
	else
		error = ioctl_submit((struct drm_device *)device, queue, &submission, count);
	for (i = 0; i < made; i++) {
		if (error)
			job_free((struct drm_job *)jobs[i]);
		else
			((struct drm_job *)jobs[i])->id = submission.jobs[i].job_id;
	}
	submission_free(&submission);
	return error;
}

int drm_job_wait(struct qmac_job *base, int64_t timeout_ns)
{
	struct drm_device *drm = (struct drm_device *)base->device;
	struct drm_job *job = (struct drm_job *)base;
	int error =
		drmSyncobjWait(drm->fd, &job->syncobj, 1, qmac_deadline_ns(timeout_ns), 0, NULL);

	if (!error)
		return 0;
	if (error == -ETIME)
		return qmac_fail(base->device->context, -ETIMEDOUT, "the job has not ended yet");
	return qmac_fail(base->device->context, error, "cannot wait for the job: %s",
			 strerror(-error));
}

static uint32_t state_of(uint32_t state)
{
	switch (state) {
	case DRM_QMAC_JOB_STATE_UNKNOWN:
		return QMAC_JOB_FORGOTTEN;
	case DRM_QMAC_JOB_STATE_DONE:
		return QMAC_JOB_DONE;
	case DRM_QMAC_JOB_STATE_FAILED:
		return QMAC_JOB_FAILED;
	case DRM_QMAC_JOB_STATE_CANCELLED:
		return QMAC_JOB_CANCELLED;
	default:
		return QMAC_JOB_PENDING;
	}
}

int drm_job_result(struct qmac_job *base, struct qmac_job_result *out)
{
	struct drm_device *drm = (struct drm_device *)base->device;
	struct drm_qmac_job_status status = { .job_id = ((struct drm_job *)base)->id };
	struct drm_qmac_job_query args = { .jobs = array(&status, sizeof(status), 1) };

	if (drmIoctl(drm->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args))
		return qmac_fail(base->device->context, -errno, "cannot ask about the job: %s",
				 strerror(errno));
	*out = (struct qmac_job_result){
		.state = state_of(status.state),
		.cause = status.cause,
		.error = status.error,
		.cmd_index = status.cmd_index,
		.fault_address = status.fault_addr,
		.cycles = status.cycles,
		.busy = status.busy,
		.stall_fetch = status.stall_fetch,
		.stall_order = status.stall_order,
		.stall_param = status.stall_param,
		.stall_a = status.stall_a,
		.stall_b = status.stall_b,
		.stall_mmu = status.stall_mmu,
		.stall_weight = status.stall_weight,
		.stall_acc = status.stall_acc,
		.stall_drain = status.stall_drain,
	};
	return 0;
}

void drm_job_release(struct qmac_job *base)
{
	job_free((struct drm_job *)base);
}
