// SPDX-License-Identifier: GPL-2.0
/*
 * The release work frees what must not be freed where its last user is done with
 * it: jobs that the scheduler is done with, mappings whose entries are cleared.
 *
 * Each of them holds the device, and may be the last that does: the device can go
 * while the work runs, also when the work has been queued once more by what it
 * freed, or between the two steps of the scheduler's work that adds a job. So
 * neither the lists nor the work are part of the device. The work touches the
 * device only through what it finds in the lists.
 */
#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm_managed.h>

#include "qmac_drv.h"
#include "qmac_job.h"
#include "qmac_release.h"
#include "qmac_vm.h"

/**
 * struct qmac_release - what waits to be freed
 * @ref: Held by the device, by who adds something, and by the queued work.
 * @work: Frees what is in the lists.
 * @jobs: Jobs that the scheduler is done with.
 * @mappings: Mappings without users, their PTEs cleared.
 */
struct qmac_release {
	struct kref ref;
	struct work_struct work;
	struct llist_head jobs;
	struct llist_head mappings;
};

/* Of the module: devices come and go in its work. */
static struct workqueue_struct *qmac_release_wq;

int qmac_release_setup(void)
{
	qmac_release_wq = alloc_workqueue("qmac-release", WQ_UNBOUND, 0);
	return qmac_release_wq ? 0 : -ENOMEM;
}

/* Finishes what is queued. */
void qmac_release_cleanup(void)
{
	destroy_workqueue(qmac_release_wq);
}

static void qmac_release_free(struct kref *ref)
{
	kfree(container_of(ref, struct qmac_release, ref));
}

static void qmac_release_work(struct work_struct *work)
{
	struct qmac_release *release = container_of(work, struct qmac_release, work);

	/* Freed jobs leave mappings. */
	qmac_job_free_dead(llist_del_all(&release->jobs));
	qmac_mapping_free_dead(llist_del_all(&release->mappings));
	kref_put(&release->ref, qmac_release_free);
}

/* The caller's item may be freed, and the device with it, as soon as it is in the list. */
static void qmac_release_add(struct qmac_release *release, struct llist_head *list,
			     struct llist_node *node)
{
	/* The module can go as well, and the workqueue with it. */
	__module_get(THIS_MODULE);
	kref_get(&release->ref);
	llist_add(node, list);
	/* Queued already, it has a reference and has not looked into the lists yet. */
	if (!queue_work(qmac_release_wq, &release->work))
		kref_put(&release->ref, qmac_release_free);
	module_put(THIS_MODULE);
}

/* From any context. */
void qmac_release_job(struct qmac_device *qdev, struct qmac_job *job)
{
	qmac_release_add(qdev->release, &qdev->release->jobs, &job->release);
}

/* Likewise. */
void qmac_release_mapping(struct qmac_device *qdev, struct qmac_mapping *mapping)
{
	qmac_release_add(qdev->release, &qdev->release->mappings, &mapping->dead);
}

/* Waits until all that was added before is freed. The caller holds the device. */
void qmac_release_flush(struct qmac_device *qdev)
{
	flush_work(&qdev->release->work);
}

static void qmac_release_fini(struct drm_device *drm, void *release)
{
	kref_put(&((struct qmac_release *)release)->ref, qmac_release_free);
}

int qmac_release_init(struct qmac_device *qdev)
{
	struct qmac_release *release;

	release = kzalloc(sizeof(*release), GFP_KERNEL);
	if (!release)
		return -ENOMEM;
	kref_init(&release->ref);
	INIT_WORK(&release->work, qmac_release_work);
	init_llist_head(&release->jobs);
	init_llist_head(&release->mappings);
	qdev->release = release;
	return drmm_add_action_or_reset(&qdev->drm, qmac_release_fini, release);
}
