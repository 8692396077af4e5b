/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
#ifndef _QMAC_ACCEL_H_
#define _QMAC_ACCEL_H_

#include "drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

/**
 * DOC: The contract between the qmac driver and userspace
 *
 * Objects
 * -------
 *
 * Opening /dev/accel/accelN gives an address space of its own, empty at first,
 * and queue 0. A buffer object (BO) gets an address in that space when its
 * handle is made, by DRM_IOCTL_QMAC_BO_CREATE or by importing a dma-buf
 * (DRM_IOCTL_PRIME_FD_TO_HANDLE), and keeps it until the handle is closed
 * (DRM_IOCTL_GEM_CLOSE). Addresses are chosen by the kernel, never below 2 MiB,
 * and mean nothing in another file. BO memory is zeroed before it is given out
 * and coherent with the device: no cache maintenance is needed.
 *
 * A job is an array of commands (struct qmac_cmd of qmac_cmd.h) that lie in a
 * BO. The kernel does not read them. It checks handles, sizes and bounds; the
 * device checks each command as it reads it, and its MMU lets a job reach the
 * BOs mapped in its own file and nothing else. Userspace must not change
 * commands, parameters or inputs before the job has ended.
 *
 * Jobs of one queue run in the order of submission. Between queues only fences
 * order. A job lists the BOs it uses: they stay mapped until it has ended even
 * when their handles are closed, and their reservation objects order it against
 * other users of the BO (dma-buf implicit synchronization) unless told not to.
 * Using an address of a BO that is not listed works as long as its handle is
 * open; closing the handle meanwhile gives the job a page fault.
 *
 * Completion is a fence, put into the syncobjs that the submission names; wait
 * with DRM_IOCTL_SYNCOBJ_WAIT or DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT. The fence of a
 * failed job carries an error. DRM_IOCTL_QMAC_JOB_QUERY tells why.
 *
 * Rules for every structure
 * -------------------------
 *
 * - Fields are naturally aligned; structures are multiples of 8 bytes and have
 *   the same layout for 32- and 64-bit processes.
 * - Padding and reserved fields must be zero, unknown flags must not be set;
 *   both are refused with EINVAL.
 * - Pointers are passed as __u64. Arrays are passed as struct drm_qmac_array
 *   with their element size, so that elements can grow: the kernel treats what
 *   an older program did not pass as zero, and refuses what it does not know
 *   unless it is zero (E2BIG).
 * - New ioctl numbers are appended, never reused. A new flag or field raises the
 *   minor version of the driver; the log of versions stands above the
 *   drm_driver structure.
 * - An ioctl that fails has done nothing, except where its text says otherwise.
 *
 * Errors common to all: EINVAL for a value out of range, EFAULT for a bad
 * pointer, ENOENT for an unknown handle, ENODEV when the device is gone.
 */

/**
 * enum drm_qmac_ioctl_id - numbers of the ioctls, relative to DRM_COMMAND_BASE
 */
enum drm_qmac_ioctl_id {
	/** @DRM_QMAC_DEV_QUERY: Read device properties. */
	DRM_QMAC_DEV_QUERY = 0,

	/** @DRM_QMAC_BO_CREATE: Create a buffer object. */
	DRM_QMAC_BO_CREATE,

	/** @DRM_QMAC_BO_INFO: Read address and size of a buffer object. */
	DRM_QMAC_BO_INFO,

	/** @DRM_QMAC_BO_MMAP_OFFSET: Get the offset to pass to mmap(). */
	DRM_QMAC_BO_MMAP_OFFSET,

	/** @DRM_QMAC_QUEUE_CREATE: Create a queue. */
	DRM_QMAC_QUEUE_CREATE,

	/** @DRM_QMAC_QUEUE_DESTROY: Destroy a queue. */
	DRM_QMAC_QUEUE_DESTROY,

	/** @DRM_QMAC_SUBMIT: Submit an array of jobs. */
	DRM_QMAC_SUBMIT,

	/** @DRM_QMAC_JOB_QUERY: Read state and counters of jobs. */
	DRM_QMAC_JOB_QUERY,
};

/**
 * struct drm_qmac_array - an array in user memory
 */
struct drm_qmac_array {
	/** @stride: Bytes of one element, as the caller knows it; a multiple of 8. */
	__u32 stride;

	/** @count: Number of elements. */
	__u32 count;

	/** @ptr: Address of the first element, a multiple of 8; zero when @count is. */
	__u64 ptr;
};

/**
 * enum drm_qmac_dev_query_type - what to query
 */
enum drm_qmac_dev_query_type {
	/** @DRM_QMAC_DEV_QUERY_HW: struct drm_qmac_hw_info. */
	DRM_QMAC_DEV_QUERY_HW = 0,

	/** @DRM_QMAC_DEV_QUERY_LIMITS: struct drm_qmac_limits. */
	DRM_QMAC_DEV_QUERY_LIMITS,
};

/**
 * struct drm_qmac_hw_info - what the device is and can do
 *
 * Bitmaps use the values of qmac_cmd.h as bit numbers.
 */
struct drm_qmac_hw_info {
	/** @version_major: Version of registers and command format. */
	__u32 version_major;

	/** @version_minor: Raised for additions. */
	__u32 version_minor;

	/** @model: 1 RTL, 2 functional model (counts no cycles). */
	__u32 model;

	/** @kc: Reduction depth of the array. */
	__u32 kc;

	/** @nc: Output lanes of the array; it has kc * nc multipliers. */
	__u32 nc;

	/** @opcodes: Bitmap of opcodes. */
	__u32 opcodes;

	/** @cmd_flags: Command flags that are accepted. */
	__u32 cmd_flags;

	/** @operand_types: Bitmap of types of A and B. */
	__u32 operand_types;

	/** @result_types: Bitmap of types of C. */
	__u32 result_types;

	/** @requant_paths: Bitmap of requantization paths. */
	__u32 requant_paths;

	/** @requant_roundings: Bitmap of roundings. */
	__u32 requant_roundings;

	/** @requant_zp_first: 1 when the zero point may be added before rounding. */
	__u32 requant_zp_first;

	/** @max_dim: Largest m, n and k. */
	__u32 max_dim;

	/** @max_batch: Largest batch. */
	__u32 max_batch;

	/** @acc_rows: Rows of an accumulator bank. */
	__u32 acc_rows;

	/** @acc_banks: Accumulator banks. */
	__u32 acc_banks;
};

/**
 * struct drm_qmac_limits - bounds that the driver sets
 */
struct drm_qmac_limits {
	/** @va_start: Lowest address that a BO can get. */
	__u64 va_start;

	/** @va_end: First address beyond the address space. */
	__u64 va_end;

	/** @max_bo_size: Largest BO in bytes. */
	__u64 max_bo_size;

	/** @max_cycle_limit: Largest and default cycle limit of a job. */
	__u64 max_cycle_limit;

	/** @max_commands: Commands of one job. */
	__u32 max_commands;

	/** @max_jobs: Jobs of one submission. */
	__u32 max_jobs;

	/** @max_bos: BOs that one job may list. */
	__u32 max_bos;

	/** @max_syncs: Syncs that one job may list. */
	__u32 max_syncs;

	/** @max_queues: Queues of one file, queue 0 included. */
	__u32 max_queues;

	/** @max_queued_jobs: Unfinished jobs of one queue; more are refused with EAGAIN. */
	__u32 max_queued_jobs;

	/** @max_job_query: Jobs of one DRM_IOCTL_QMAC_JOB_QUERY. */
	__u32 max_job_query;

	/** @job_history: Ended jobs per file whose result is kept. */
	__u32 job_history;
};

/**
 * struct drm_qmac_dev_query - DRM_IOCTL_QMAC_DEV_QUERY
 *
 * With @pointer zero only @size is written. Otherwise the smaller of @size and
 * the kernel's size is copied, and the rest of the caller's structure zeroed.
 */
struct drm_qmac_dev_query {
	/** @type: enum drm_qmac_dev_query_type. */
	__u32 type;

	/** @size: In: bytes at @pointer. Out: bytes that the kernel knows. */
	__u32 size;

	/** @pointer: Address of the structure that @type names. */
	__u64 pointer;
};

/**
 * struct drm_qmac_bo_create - DRM_IOCTL_QMAC_BO_CREATE
 *
 * Errors: EINVAL (@size zero or above max_bo_size), ENOSPC (address space
 * full), ENOMEM.
 */
struct drm_qmac_bo_create {
	/** @size: In: bytes. Out: bytes rounded up to pages. */
	__u64 size;

	/** @flags: Zero. */
	__u32 flags;

	/** @handle: Out: GEM handle, never zero. */
	__u32 handle;

	/** @va: Out: address for commands of this file. */
	__u64 va;
};

/** define DRM_QMAC_BO_IMPORTED - The BO comes from another device (dma-buf). */
#define DRM_QMAC_BO_IMPORTED (1u << 0)

/**
 * struct drm_qmac_bo_info - DRM_IOCTL_QMAC_BO_INFO
 */
struct drm_qmac_bo_info {
	/** @handle: In: GEM handle. */
	__u32 handle;

	/** @flags: Out: DRM_QMAC_BO_*. */
	__u32 flags;

	/** @size: Out: bytes. */
	__u64 size;

	/** @va: Out: address for commands of this file. */
	__u64 va;
};

/**
 * struct drm_qmac_bo_mmap_offset - DRM_IOCTL_QMAC_BO_MMAP_OFFSET
 *
 * Imported BOs are mapped through their exporter: EINVAL here.
 */
struct drm_qmac_bo_mmap_offset {
	/** @handle: In: GEM handle. */
	__u32 handle;

	/** @pad: Zero. */
	__u32 pad;

	/** @offset: Out: offset for mmap() on the device file. */
	__u64 offset;
};

/**
 * enum drm_qmac_queue_priority - priority of a queue
 */
enum drm_qmac_queue_priority {
	/** @DRM_QMAC_QUEUE_PRIORITY_NORMAL: The priority of queue 0. */
	DRM_QMAC_QUEUE_PRIORITY_NORMAL = 0,

	/** @DRM_QMAC_QUEUE_PRIORITY_HIGH: Before normal ones; needs CAP_SYS_NICE (EACCES). */
	DRM_QMAC_QUEUE_PRIORITY_HIGH,
};

/**
 * struct drm_qmac_queue_create - DRM_IOCTL_QMAC_QUEUE_CREATE
 *
 * Errors: EACCES (priority), ENOSPC (max_queues reached), ENOMEM.
 */
struct drm_qmac_queue_create {
	/** @priority: enum drm_qmac_queue_priority. */
	__u32 priority;

	/** @flags: Zero. */
	__u32 flags;

	/** @queue_id: Out: id, never zero. */
	__u32 queue_id;

	/** @pad: Zero. */
	__u32 pad;
};

/**
 * struct drm_qmac_queue_destroy - DRM_IOCTL_QMAC_QUEUE_DESTROY
 *
 * Jobs already submitted still run. Queue 0 cannot be destroyed (EINVAL).
 */
struct drm_qmac_queue_destroy {
	/** @queue_id: Queue. */
	__u32 queue_id;

	/** @pad: Zero. */
	__u32 pad;
};

/** define DRM_QMAC_BO_USE_READ - The job reads the BO. */
#define DRM_QMAC_BO_USE_READ (1u << 0)
/** define DRM_QMAC_BO_USE_WRITE - The job writes the BO. */
#define DRM_QMAC_BO_USE_WRITE (1u << 1)
/**
 * define DRM_QMAC_BO_USE_NO_IMPLICIT - Do not wait for other users of the BO;
 * later ones still wait for this job as READ and WRITE say.
 */
#define DRM_QMAC_BO_USE_NO_IMPLICIT (1u << 2)

/**
 * struct drm_qmac_bo_use - a BO that a job uses
 */
struct drm_qmac_bo_use {
	/** @handle: GEM handle; each at most once in a job. */
	__u32 handle;

	/** @flags: DRM_QMAC_BO_USE_*; READ, WRITE or both. */
	__u32 flags;
};

/** define DRM_QMAC_SYNC_WAIT - The job starts after the fence of the syncobj. */
#define DRM_QMAC_SYNC_WAIT (1u << 0)
/** define DRM_QMAC_SYNC_SIGNAL - The syncobj gets the job's fence. */
#define DRM_QMAC_SYNC_SIGNAL (1u << 1)
/** define DRM_QMAC_SYNC_TIMELINE - Timeline syncobj: @point counts. */
#define DRM_QMAC_SYNC_TIMELINE (1u << 2)

/**
 * struct drm_qmac_sync - a syncobj to wait for or to signal
 */
struct drm_qmac_sync {
	/** @handle: Syncobj handle. */
	__u32 handle;

	/** @flags: DRM_QMAC_SYNC_*; exactly one of WAIT and SIGNAL. */
	__u32 flags;

	/** @point: Timeline point, not zero when signalled; zero for binary syncobjs. */
	__u64 point;
};

/**
 * define DRM_QMAC_JOB_CONTINUE - Run even when a fence of the job's syncs, or the
 * job before it in the same submission, ended with an error. Without it the job is
 * cancelled (DRM_QMAC_JOB_STATE_CANCELLED), and so are those that follow. Implicit
 * synchronization only orders: a failure there never cancels.
 */
#define DRM_QMAC_JOB_CONTINUE (1u << 0)

/**
 * struct drm_qmac_job - a job of a submission
 */
struct drm_qmac_job {
	/** @cmd_va: Address of the first command, a multiple of 64. */
	__u64 cmd_va;

	/** @cmd_count: Number of commands, up to max_commands; zero for none. */
	__u32 cmd_count;

	/** @flags: DRM_QMAC_JOB_*. */
	__u32 flags;

	/** @cycle_limit: Device cycles after which the job is ended; zero for max_cycle_limit. */
	__u64 cycle_limit;

	/** @bos: Array of struct drm_qmac_bo_use. */
	struct drm_qmac_array bos;

	/** @syncs: Array of struct drm_qmac_sync. */
	struct drm_qmac_array syncs;

	/** @job_id: Out: id for DRM_IOCTL_QMAC_JOB_QUERY, unique in the file, never zero. */
	__u64 job_id;
};

/**
 * struct drm_qmac_submit - DRM_IOCTL_QMAC_SUBMIT
 *
 * All or nothing: every job is checked and everything it needs is allocated
 * before the first is queued. On failure no job exists, no syncobj has changed
 * and @fail_index names the job that was refused (@jobs.count when the fault is
 * not one job's).
 *
 * Errors: ENOENT (queue, BO, syncobj or wait fence absent), EAGAIN (queue full:
 * wait for a job to end), EFAULT (also when @jobs cannot be written back:
 * nothing is queued then), ENOMEM, EINTR.
 */
struct drm_qmac_submit {
	/** @jobs: Array of struct drm_qmac_job, 1 to max_jobs. job_id is written back. */
	struct drm_qmac_array jobs;

	/** @queue_id: Queue. */
	__u32 queue_id;

	/** @flags: Zero. */
	__u32 flags;

	/** @fail_index: Out, on failure: index of the refused job. */
	__u32 fail_index;

	/** @pad: Zero. */
	__u32 pad;
};

/**
 * enum drm_qmac_job_state - state of a job
 */
enum drm_qmac_job_state {
	/** @DRM_QMAC_JOB_STATE_UNKNOWN: No such job in this file, or its result was dropped. */
	DRM_QMAC_JOB_STATE_UNKNOWN = 0,

	/** @DRM_QMAC_JOB_STATE_QUEUED: Not handed to the device yet. */
	DRM_QMAC_JOB_STATE_QUEUED,

	/** @DRM_QMAC_JOB_STATE_RUNNING: In the device's ring. */
	DRM_QMAC_JOB_STATE_RUNNING,

	/** @DRM_QMAC_JOB_STATE_DONE: Ended well. */
	DRM_QMAC_JOB_STATE_DONE,

	/** @DRM_QMAC_JOB_STATE_FAILED: Ended with an error, see @cause. */
	DRM_QMAC_JOB_STATE_FAILED,

	/**
	 * @DRM_QMAC_JOB_STATE_CANCELLED: Never ran: something it waited for
	 * failed, or its file was closed.
	 */
	DRM_QMAC_JOB_STATE_CANCELLED,
};

/**
 * enum drm_qmac_cause - why a job failed
 *
 * The errno of the fence stands behind each.
 */
enum drm_qmac_cause {
	/** @DRM_QMAC_CAUSE_NONE: It did not. */
	DRM_QMAC_CAUSE_NONE = 0,

	/** @DRM_QMAC_CAUSE_PAGE_FAULT_READ: Load from an address without a mapping (EFAULT). */
	DRM_QMAC_CAUSE_PAGE_FAULT_READ = 1,

	/** @DRM_QMAC_CAUSE_PAGE_FAULT_WRITE: Store without a writable mapping (EFAULT). */
	DRM_QMAC_CAUSE_PAGE_FAULT_WRITE = 2,

	/** @DRM_QMAC_CAUSE_BUS_ERROR_READ: The bus refused a load (EIO). */
	DRM_QMAC_CAUSE_BUS_ERROR_READ = 3,

	/** @DRM_QMAC_CAUSE_BUS_ERROR_WRITE: The bus refused a store (EIO). */
	DRM_QMAC_CAUSE_BUS_ERROR_WRITE = 4,

	/** @DRM_QMAC_CAUSE_ILLEGAL_COMMAND: The device refused a command (EINVAL). */
	DRM_QMAC_CAUSE_ILLEGAL_COMMAND = 5,

	/** @DRM_QMAC_CAUSE_BAD_PARAM: The device refused a parameter record (EINVAL). */
	DRM_QMAC_CAUSE_BAD_PARAM = 6,

	/** @DRM_QMAC_CAUSE_CYCLE_LIMIT: More cycles than the job was allowed (ETIME). */
	DRM_QMAC_CAUSE_CYCLE_LIMIT = 7,

	/** @DRM_QMAC_CAUSE_ABORTED: Ended because its file was closed (ECANCELED). */
	DRM_QMAC_CAUSE_ABORTED = 8,

	/** @DRM_QMAC_CAUSE_BAD_ENTRY: The device refused the ring entry (EIO). */
	DRM_QMAC_CAUSE_BAD_ENTRY = 9,

	/** @DRM_QMAC_CAUSE_OVERFLOW: An accumulator overflowed under TRAP_OVERFLOW (EOVERFLOW). */
	DRM_QMAC_CAUSE_OVERFLOW = 10,

	/** @DRM_QMAC_CAUSE_HANG: The device made no progress and was reset (ETIMEDOUT). */
	DRM_QMAC_CAUSE_HANG = 64,

	/** @DRM_QMAC_CAUSE_RESET: The device was reset for another job's sake (ECANCELED). */
	DRM_QMAC_CAUSE_RESET = 65,

	/** @DRM_QMAC_CAUSE_DEPENDENCY: Something the job waited for failed (ECANCELED). */
	DRM_QMAC_CAUSE_DEPENDENCY = 66,

	/** @DRM_QMAC_CAUSE_DEVICE_LOST: The device is gone (ENODEV). */
	DRM_QMAC_CAUSE_DEVICE_LOST = 67,
};

/**
 * struct drm_qmac_job_status - state and result of a job
 *
 * Counters are device cycles; each cycle is in exactly one of @busy and the
 * stalls, which add up to @cycles. They are zero unless the device ran the job,
 * and with the functional model. Utilization of the array is
 * (useful multiplications) / (kc * nc * cycles).
 */
struct drm_qmac_job_status {
	/** @job_id: In: id from the submission. */
	__u64 job_id;

	/** @state: Out: enum drm_qmac_job_state. */
	__u32 state;

	/** @cause: Out: enum drm_qmac_cause. */
	__u32 cause;

	/** @error: Out: error of the fence, zero or a negative errno. */
	__s32 error;

	/**
	 * @cmd_index: Out: command that ended the job; the oldest unfinished one when
	 * it was aborted or took too long; the number of commands when it did all.
	 */
	__u32 cmd_index;

	/** @fault_addr: Out: address in question, zero if none. */
	__u64 fault_addr;

	/** @cycles: Out: cycles of the job. */
	__u64 cycles;

	/** @busy: Out: the array took an operand row. */
	__u64 busy;

	/** @stall_fetch: Out: waiting for ring entry or commands. */
	__u64 stall_fetch;

	/** @stall_order: Out: waiting for stores of earlier commands. */
	__u64 stall_order;

	/** @stall_param: Out: waiting for parameter records. */
	__u64 stall_param;

	/** @stall_a: Out: waiting for operand A. */
	__u64 stall_a;

	/** @stall_b: Out: waiting for operand B. */
	__u64 stall_b;

	/** @stall_mmu: Out: waiting for an operand whose page-table walk is outstanding. */
	__u64 stall_mmu;

	/** @stall_weight: Out: weights are shifting in or a pass is set up. */
	__u64 stall_weight;

	/** @stall_acc: Out: no accumulator bank is free. */
	__u64 stall_acc;

	/** @stall_drain: Out: array work is done, results drain. */
	__u64 stall_drain;
};

/**
 * struct drm_qmac_job_query - DRM_IOCTL_QMAC_JOB_QUERY
 *
 * An unknown id is no error: its state is DRM_QMAC_JOB_STATE_UNKNOWN.
 */
struct drm_qmac_job_query {
	/** @jobs: Array of struct drm_qmac_job_status, 1 to max_job_query. */
	struct drm_qmac_array jobs;

	/** @flags: Zero. */
	__u32 flags;

	/** @pad: Zero. */
	__u32 pad;
};

#define DRM_IOCTL_QMAC_DEV_QUERY \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_DEV_QUERY, struct drm_qmac_dev_query)
#define DRM_IOCTL_QMAC_BO_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_BO_CREATE, struct drm_qmac_bo_create)
#define DRM_IOCTL_QMAC_BO_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_BO_INFO, struct drm_qmac_bo_info)
#define DRM_IOCTL_QMAC_BO_MMAP_OFFSET \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_BO_MMAP_OFFSET, struct drm_qmac_bo_mmap_offset)
#define DRM_IOCTL_QMAC_QUEUE_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_QUEUE_CREATE, struct drm_qmac_queue_create)
#define DRM_IOCTL_QMAC_QUEUE_DESTROY \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_QUEUE_DESTROY, struct drm_qmac_queue_destroy)
#define DRM_IOCTL_QMAC_SUBMIT DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_SUBMIT, struct drm_qmac_submit)
#define DRM_IOCTL_QMAC_JOB_QUERY \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_QMAC_JOB_QUERY, struct drm_qmac_job_query)

#if defined(__cplusplus)
}
#endif

#endif /* _QMAC_ACCEL_H_ */
