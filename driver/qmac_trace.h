/* SPDX-License-Identifier: GPL-2.0 */
/* clang-format off */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM qmac

#if !defined(_QMAC_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _QMAC_TRACE_H_

#include <linux/tracepoint.h>

#include "qmac_drv.h"
#include "qmac_job.h"

/* Jobs: ctx and id are what userspace knows, ring_id is the device's. */
DECLARE_EVENT_CLASS(qmac_job,
	TP_PROTO(const struct qmac_job *job),
	TP_ARGS(job),
	TP_STRUCT__entry(
		__string(dev, dev_name(job->queue->ctx->qdev->drm.dev))
		__field(const void *, ctx)
		__field(u64, id)
		__field(u64, ring_id)
		__field(u32, cmd_count)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->ctx = job->queue->ctx;
		__entry->id = job->result.status.job_id;
		__entry->ring_id = job->ring_id;
		__entry->cmd_count = job->cmd_count;
	),
	TP_printk("dev=%s ctx=%p id=%llu ring_id=%llu commands=%u", __get_str(dev), __entry->ctx,
		  __entry->id, __entry->ring_id, __entry->cmd_count)
);

DEFINE_EVENT(qmac_job, qmac_job_submit,
	TP_PROTO(const struct qmac_job *job),
	TP_ARGS(job)
);

DEFINE_EVENT(qmac_job, qmac_job_run,
	TP_PROTO(const struct qmac_job *job),
	TP_ARGS(job)
);

DEFINE_EVENT(qmac_job, qmac_job_release,
	TP_PROTO(const struct qmac_job *job),
	TP_ARGS(job)
);

TRACE_EVENT(qmac_job_end,
	TP_PROTO(const struct qmac_job *job, const struct drm_qmac_job_status *status),
	TP_ARGS(job, status),
	TP_STRUCT__entry(
		__string(dev, dev_name(job->queue->ctx->qdev->drm.dev))
		__field(const void *, ctx)
		__field(u64, id)
		__field(u32, state)
		__field(u32, cause)
		__field(u32, cmd_index)
		__field(u64, fault_addr)
		__field(u64, cycles)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->ctx = job->queue->ctx;
		__entry->id = status->job_id;
		__entry->state = status->state;
		__entry->cause = status->cause;
		__entry->cmd_index = status->cmd_index;
		__entry->fault_addr = status->fault_addr;
		__entry->cycles = status->cycles;
	),
	TP_printk("dev=%s ctx=%p id=%llu state=%u cause=%u command=%u addr=%#llx cycles=%llu",
		  __get_str(dev), __entry->ctx, __entry->id, __entry->state, __entry->cause,
		  __entry->cmd_index, __entry->fault_addr, __entry->cycles)
);

TRACE_EVENT(qmac_sync,
	TP_PROTO(const struct qmac_device *qdev, u32 seq),
	TP_ARGS(qdev, seq),
	TP_STRUCT__entry(
		__string(dev, dev_name(qdev->drm.dev))
		__field(u32, seq)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->seq = seq;
	),
	TP_printk("dev=%s seq=%u", __get_str(dev), __entry->seq)
);

TRACE_EVENT(qmac_reset,
	TP_PROTO(const struct qmac_device *qdev, unsigned long reasons, int error),
	TP_ARGS(qdev, reasons, error),
	TP_STRUCT__entry(
		__string(dev, dev_name(qdev->drm.dev))
		__field(unsigned long, reasons)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->reasons = reasons;
		__entry->error = error;
	),
	TP_printk("dev=%s reasons=%#lx error=%d", __get_str(dev), __entry->reasons,
		  __entry->error)
);

#endif /* _QMAC_TRACE_H_ */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE qmac_trace
#include <trace/define_trace.h>
