/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels that this driver builds for, 6.12 and up.
 * The Makefile looks into the headers of the kernel at hand and defines HAVE_*:
 * stable trees take changes back, so version numbers would tell the wrong thing.
 */
#ifndef _QMAC_COMPAT_H_
#define _QMAC_COMPAT_H_

#include <drm/gpu_scheduler.h>

/*
 * 6.15 replaced the eleven arguments of drm_sched_init() by a structure. Its
 * num_rqs must be set wherever the structure exists: zero compiles and oopses
 * when the first entity is made.
 *
 * The scheduler's own timer is off: see qmac_watchdog.c.
 */
static inline int qmac_compat_sched_init(struct drm_gpu_scheduler *sched,
					 const struct drm_sched_backend_ops *ops, u32 credits,
					 const char *name, struct device *dev)
{
#ifdef HAVE_DRM_SCHED_INIT_ARGS
	const struct drm_sched_init_args args = {
		.ops = ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = credits,
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.name = name,
		.dev = dev,
	};

	return drm_sched_init(sched, &args);
#else
	return drm_sched_init(sched, ops, NULL, DRM_SCHED_PRIORITY_COUNT, credits, 0,
			      MAX_SCHEDULE_TIMEOUT, NULL, NULL, name, dev);
#endif
}

/*
 * 6.17 added drm_client_id to drm_sched_job_init(), and stable trees took it.
 */
static inline int qmac_compat_job_init(struct drm_sched_job *job, struct drm_sched_entity *entity,
				       void *owner, u64 client_id)
{
#ifdef HAVE_DRM_SCHED_CLIENT_ID
	return drm_sched_job_init(job, entity, 1, owner, client_id);
#else
	return drm_sched_job_init(job, entity, 1, owner);
#endif
}

/*
 * Until 6.13 MODULE_IMPORT_NS() took a token, since then a string. What it
 * expands to is the same.
 */
#define QMAC_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)

#endif /* _QMAC_COMPAT_H_ */
