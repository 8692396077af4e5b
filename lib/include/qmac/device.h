/* SPDX-License-Identifier: MIT */
/*
 * Devices: the accelerator behind /dev/accel, a simulation of it in this
 * process, or the reference operators. All take the same commands (struct
 * qmac_cmd) over the same kind of memory and give the same integers.
 *
 * A device, its buffers, queues and jobs belong to the context it was opened
 * with: one thread at a time. Simulations run inside qmac_job_wait() and the
 * other calls of this file; between calls their time stands still.
 */
#ifndef QMAC_DEVICE_H
#define QMAC_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/qmac_cmd.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;
struct qmac_device;
struct qmac_bo;
struct qmac_queue;
struct qmac_job;

/**
 * qmac_device_open() - open a device by name
 * @context: Receives messages, also of all later calls on the device.
 * @name: One of
 *
 *   "drm:PATH"         the accelerator at PATH, e.g. drm:/dev/accel/accel0
 *   "auto"             the first accelerator found; never a simulation
 *   "sim:rtl"          its RTL in this process, 16x16 array
 *   "sim:rtl:KCxNC"    another array that was built, e.g. sim:rtl:8x8
 *   "sim:functional"   its functional model in this process
 *   "cpu"              the reference operators
 *
 *   A sim: name may go on with options, each after a comma: latency=CYCLES of
 *   the memory, stall=PERMILLE of random stalls on every bus channel, seed=N of
 *   the stalls, pages=2m to map buffers with 2 MiB pages where they fit.
 *   Cycle counts are comparable without options only.
 * @out: Receives the device.
 *
 * Return: 0, -EINVAL (name), -ENOENT or -ENODEV (nothing there), -EACCES (not
 * allowed to open it), -EPROTO (driver or device of an incompatible version),
 * -ELIBBAD (simulation does not load), -ENOMEM.
 */
QMAC_EXPORT int qmac_device_open(struct qmac_context *context, const char *name,
				 struct qmac_device **out);

/**
 * qmac_device_close() - close a device
 * @device: May be NULL. Its jobs must have been released, its buffers and
 *   queues destroyed.
 */
QMAC_EXPORT void qmac_device_close(struct qmac_device *device);

/**
 * qmac_device_context() - context a device was opened with
 * @device: The device.
 */
QMAC_EXPORT struct qmac_context *qmac_device_context(const struct qmac_device *device);

/* Kinds of device behind the commands; the first two are those of the hardware. */
#define QMAC_MODEL_RTL	      1
#define QMAC_MODEL_FUNCTIONAL 2
#define QMAC_MODEL_REFERENCE  3

/**
 * struct qmac_device_info - what a device is and can do
 * @name: Name that opens this device again, with defaults filled in.
 * @version_major: Version of the command format.
 * @version_minor: Raised for additions.
 * @model: QMAC_MODEL_*; only RTL counts cycles.
 * @kc: Reduction depth of the array, 0 without an array.
 * @nc: Output lanes of the array, 0 without an array.
 * @acc_rows: Rows of an accumulator bank, 0 without.
 * @acc_banks: Accumulator banks, 0 without.
 * @opcodes: Bitmap of QMAC_OP_*.
 * @cmd_flags: QMAC_FLAG_* that are accepted.
 * @operand_types: Bitmap of QMAC_TYPE_* of A and B.
 * @result_types: Bitmap of QMAC_TYPE_* of C.
 * @requant_paths: Bitmap of QMAC_PATH_*.
 * @requant_roundings: Bitmap of QMAC_ROUND_*.
 * @requant_zp_first: The zero point may be added before rounding.
 * @max_dim: Largest m, n and k of a command.
 * @max_batch: Largest batch of a command.
 * @max_commands: Commands of one job.
 * @max_jobs: Jobs of one submission.
 * @max_bos: Buffers that one job may list.
 * @max_syncs: Dependencies of one job, its own completion included.
 * @max_queues: Queues, the default one included.
 * @max_queued_jobs: Unfinished jobs of one queue.
 * @max_job_query: Jobs whose result the driver tells in one call.
 * @job_history: Ended jobs whose result the driver remembers.
 * @va_start: Lowest address a buffer can get.
 * @va_end: First address beyond the address space.
 * @max_bo_size: Largest buffer in bytes.
 * @max_cycle_limit: Largest cycle limit of a job, and the default.
 */
struct qmac_device_info {
	char name[128];
	uint32_t version_major, version_minor;
	uint32_t model;
	uint32_t kc, nc;
	uint32_t acc_rows, acc_banks;
	uint32_t opcodes;
	uint32_t cmd_flags;
	uint32_t operand_types, result_types;
	uint32_t requant_paths, requant_roundings;
	uint32_t requant_zp_first;
	uint32_t max_dim, max_batch;
	uint32_t max_commands, max_jobs, max_bos, max_syncs;
	uint32_t max_queues, max_queued_jobs;
	uint32_t max_job_query, job_history;
	uint64_t va_start, va_end;
	uint64_t max_bo_size;
	uint64_t max_cycle_limit;
};

/**
 * qmac_device_info() - what a device is and can do
 * @device: The device.
 *
 * Return: The properties; valid while the device is open.
 */
QMAC_EXPORT const struct qmac_device_info *qmac_device_info(const struct qmac_device *device);

/**
 * qmac_device_trace() - record waveforms of a simulation
 * @device: The device.
 * @path: FST file to write, or NULL to stop.
 *
 * Return: 0, -EOPNOTSUPP (not sim:rtl), or -errno of the file.
 */
QMAC_EXPORT int qmac_device_trace(struct qmac_device *device, const char *path);

/**
 * qmac_bo_create() - make a buffer object
 * @device: The device.
 * @bytes: Size, rounded up to 4 KiB.
 * @out: Receives the buffer: zeroed, with an address of its own.
 *
 * Return: 0, -EINVAL (zero or beyond max_bo_size), -ENOSPC (address space full),
 * -ENOMEM.
 */
QMAC_EXPORT int qmac_bo_create(struct qmac_device *device, uint64_t bytes, struct qmac_bo **out);

/**
 * qmac_bo_destroy() - give a buffer back
 * @bo: May be NULL. Jobs that list it may be under way: its memory stays until
 *   they have ended. Pointers from qmac_bo_map() end here.
 */
QMAC_EXPORT void qmac_bo_destroy(struct qmac_bo *bo);

/**
 * qmac_bo_map() - host address of a buffer
 * @bo: The buffer.
 * @out: Receives the address of its first byte, aligned to 4 KiB. Every call
 *   gives the same one. Coherent with the device: what is written before
 *   qmac_submit() is seen by the job, what the job wrote is seen once
 *   qmac_job_wait() returned 0.
 *
 * Return: 0 or -errno of mmap().
 */
QMAC_EXPORT int qmac_bo_map(struct qmac_bo *bo, void **out);

/**
 * qmac_bo_address() - device address of a buffer, for commands
 * @bo: The buffer.
 */
QMAC_EXPORT uint64_t qmac_bo_address(const struct qmac_bo *bo);

/**
 * qmac_bo_bytes() - size of a buffer
 * @bo: The buffer.
 */
QMAC_EXPORT uint64_t qmac_bo_bytes(const struct qmac_bo *bo);

/**
 * qmac_bo_export() - share a buffer as a dma-buf
 * @bo: The buffer.
 * @fd: Receives a file descriptor that the caller closes.
 *
 * Return: 0, -EOPNOTSUPP (not a drm: device), or -errno of the driver.
 */
QMAC_EXPORT int qmac_bo_export(struct qmac_bo *bo, int *fd);

/**
 * qmac_bo_import() - use another device's dma-buf
 * @device: The device.
 * @fd: dma-buf; stays the caller's.
 * @out: Receives a buffer. One that this device already knows is the same
 *   buffer again, and needs one more qmac_bo_destroy().
 *
 * Return: 0, -EOPNOTSUPP (not a drm: device), or -errno of the driver.
 */
QMAC_EXPORT int qmac_bo_import(struct qmac_device *device, int fd, struct qmac_bo **out);

/**
 * enum qmac_priority - priority of a queue
 * @QMAC_PRIORITY_NORMAL: That of the default queue.
 * @QMAC_PRIORITY_HIGH: Before normal ones; a privilege (CAP_SYS_NICE) on drm:
 *   devices. Simulations run all queues in the order of submission.
 */
enum qmac_priority {
	QMAC_PRIORITY_NORMAL = 0,
	QMAC_PRIORITY_HIGH,
};

/**
 * qmac_queue_create() - make a queue
 * @device: The device.
 * @priority: enum qmac_priority.
 * @out: Receives the queue. Jobs of a queue run in order; jobs of different
 *   queues in any order that their dependencies allow.
 *
 * Return: 0, -EINVAL, -EACCES (priority), -ENOSPC (max_queues), -ENOMEM.
 */
QMAC_EXPORT int qmac_queue_create(struct qmac_device *device, unsigned int priority,
				  struct qmac_queue **out);

/**
 * qmac_queue_destroy() - give a queue back
 * @queue: May be NULL. Jobs already submitted still run.
 */
QMAC_EXPORT void qmac_queue_destroy(struct qmac_queue *queue);

/* How a job uses a buffer. */
#define QMAC_BO_READ  (1u << 0)
#define QMAC_BO_WRITE (1u << 1)
/* Do not wait for other processes or devices that use the buffer. */
#define QMAC_BO_NO_IMPLICIT (1u << 2)

/**
 * struct qmac_bo_use - a buffer that a job uses
 * @bo: The buffer; each at most once in a job.
 * @flags: QMAC_BO_*; READ, WRITE or both.
 */
struct qmac_bo_use {
	struct qmac_bo *bo;
	uint32_t flags;
};

/* Run even when a job that this one waits for has failed. */
#define QMAC_JOB_CONTINUE (1u << 0)

/**
 * struct qmac_job_desc - a job to submit
 * @cmd_address: Device address of the first command, a multiple of 64.
 * @cmd_count: Commands, at most max_commands; 0 for an empty job.
 * @flags: QMAC_JOB_*.
 * @cycle_limit: Device cycles after which the job is ended; 0 for the maximum.
 * @bos: Buffers in use, that of the commands too; they live until the job ended.
 * @bo_count: Entries of @bos.
 * @after: Jobs of this device that must end before, beside the earlier ones of
 *   the queue. When one of them, or an earlier job of the same qmac_submit(),
 *   failed, this one is cancelled unless QMAC_JOB_CONTINUE.
 * @after_count: Entries of @after.
 */
struct qmac_job_desc {
	uint64_t cmd_address;
	uint32_t cmd_count;
	uint32_t flags;
	uint64_t cycle_limit;
	const struct qmac_bo_use *bos;
	uint32_t bo_count;
	struct qmac_job *const *after;
	uint32_t after_count;
};

/**
 * qmac_submit() - submit jobs
 * @device: The device.
 * @queue: Queue, or NULL for the default queue.
 * @descs: @count jobs, in order.
 * @count: 1 to max_jobs.
 * @jobs: Receives @count jobs; release each.
 *
 * All or nothing. Commands, parameters and inputs must not change until the job
 * has ended.
 *
 * Return: 0, -EINVAL (names job and field), -EAGAIN (queue full: wait for a
 * job), -ENOENT, -ENOMEM, -ENODEV (device lost).
 */
QMAC_EXPORT int qmac_submit(struct qmac_device *device, struct qmac_queue *queue,
			    const struct qmac_job_desc *descs, uint32_t count,
			    struct qmac_job **jobs);

/* Timeout that never comes. */
#define QMAC_FOREVER INT64_MAX

/**
 * qmac_job_wait() - wait until a job has ended, well or not
 * @job: The job.
 * @timeout_ns: Nanoseconds; 0 looks once, QMAC_FOREVER waits as long as it takes.
 *   A simulation advances by a slice even with 0.
 *
 * Return: 0 (ended: ask qmac_job_result()), -ETIMEDOUT, -EINTR (a signal came).
 */
QMAC_EXPORT int qmac_job_wait(struct qmac_job *job, int64_t timeout_ns);

/**
 * enum qmac_job_state - state of a job
 * @QMAC_JOB_PENDING: Not ended.
 * @QMAC_JOB_DONE: Ended well.
 * @QMAC_JOB_FAILED: Ended with an error.
 * @QMAC_JOB_CANCELLED: Never ran, since something it waited for failed.
 * @QMAC_JOB_FORGOTTEN: Ended, but the driver no longer remembers how: more than
 *   job_history jobs ended since.
 */
enum qmac_job_state {
	QMAC_JOB_PENDING = 0,
	QMAC_JOB_DONE,
	QMAC_JOB_FAILED,
	QMAC_JOB_CANCELLED,
	QMAC_JOB_FORGOTTEN,
};

/**
 * enum qmac_cause - why a job failed
 * @QMAC_CAUSE_NONE: It did not.
 * @QMAC_CAUSE_PAGE_FAULT_READ: Load from an address without a buffer.
 * @QMAC_CAUSE_PAGE_FAULT_WRITE: Store to an address without a buffer.
 * @QMAC_CAUSE_BUS_ERROR_READ: The bus refused a load.
 * @QMAC_CAUSE_BUS_ERROR_WRITE: The bus refused a store.
 * @QMAC_CAUSE_ILLEGAL_COMMAND: The device refused a command.
 * @QMAC_CAUSE_BAD_PARAM: The device refused a parameter record.
 * @QMAC_CAUSE_CYCLE_LIMIT: More cycles than the job was allowed.
 * @QMAC_CAUSE_ABORTED: Ended from outside.
 * @QMAC_CAUSE_BAD_ENTRY: The device refused the ring entry.
 * @QMAC_CAUSE_OVERFLOW: An accumulator overflowed under TRAP_OVERFLOW.
 * @QMAC_CAUSE_HANG: The device made no progress and was reset.
 * @QMAC_CAUSE_RESET: The device was reset for another job's sake.
 * @QMAC_CAUSE_DEPENDENCY: Something the job waited for failed.
 * @QMAC_CAUSE_DEVICE_LOST: The device is gone.
 */
enum qmac_cause {
	QMAC_CAUSE_NONE = 0,
	QMAC_CAUSE_PAGE_FAULT_READ = 1,
	QMAC_CAUSE_PAGE_FAULT_WRITE = 2,
	QMAC_CAUSE_BUS_ERROR_READ = 3,
	QMAC_CAUSE_BUS_ERROR_WRITE = 4,
	QMAC_CAUSE_ILLEGAL_COMMAND = 5,
	QMAC_CAUSE_BAD_PARAM = 6,
	QMAC_CAUSE_CYCLE_LIMIT = 7,
	QMAC_CAUSE_ABORTED = 8,
	QMAC_CAUSE_BAD_ENTRY = 9,
	QMAC_CAUSE_OVERFLOW = 10,
	QMAC_CAUSE_HANG = 64,
	QMAC_CAUSE_RESET = 65,
	QMAC_CAUSE_DEPENDENCY = 66,
	QMAC_CAUSE_DEVICE_LOST = 67,
};

/**
 * qmac_cause_name() - a cause in words
 * @cause: enum qmac_cause.
 *
 * Return: A static string such as "page fault on a load"; "unknown cause".
 */
QMAC_EXPORT const char *qmac_cause_name(unsigned int cause);

/**
 * struct qmac_job_result - how a job ended
 * @state: enum qmac_job_state.
 * @cause: enum qmac_cause.
 * @error: 0 or the negative errno that stands for the cause.
 * @cmd_index: Command that ended the job; the number of commands when none did.
 * @fault_address: Device address in question, or 0.
 * @cycles: Device cycles. Each is in exactly one of the following classes.
 * @busy: The array took an operand row.
 * @stall_fetch: Waiting for ring entry or commands.
 * @stall_order: Waiting for stores of earlier commands.
 * @stall_param: Waiting for parameter records.
 * @stall_a: Waiting for operand A.
 * @stall_b: Waiting for operand B.
 * @stall_mmu: Waiting for an operand whose page-table walk is outstanding.
 * @stall_weight: Weights are shifting in or a pass is set up.
 * @stall_acc: No accumulator bank is free.
 * @stall_drain: Array work is done, results drain.
 *
 * All counters are zero on devices that count no cycles.
 */
struct qmac_job_result {
	uint32_t state;
	uint32_t cause;
	int32_t error;
	uint32_t cmd_index;
	uint64_t fault_address;
	uint64_t cycles;
	uint64_t busy;
	uint64_t stall_fetch;
	uint64_t stall_order;
	uint64_t stall_param;
	uint64_t stall_a;
	uint64_t stall_b;
	uint64_t stall_mmu;
	uint64_t stall_weight;
	uint64_t stall_acc;
	uint64_t stall_drain;
};

/**
 * qmac_job_result() - how a job ended
 * @job: The job.
 * @out: Receives state, cause and counters.
 *
 * Return: 0 when @out was filled, also for a failed job (see @out->error); a
 * failed job leaves its story in the context's message. -ENODEV and other errors
 * of the driver.
 */
QMAC_EXPORT int qmac_job_result(struct qmac_job *job, struct qmac_job_result *out);

/**
 * qmac_job_release() - forget a job
 * @job: May be NULL, may be under way: it runs on.
 */
QMAC_EXPORT void qmac_job_release(struct qmac_job *job);

/**
 * qmac_utilization() - share of the array's multipliers put to use
 * @info: The device.
 * @macs: Useful multiplications, m * n * k * batch summed over the commands.
 * @cycles: Cycles they took.
 *
 * Return: macs / (kc * nc * cycles), 0 when the device counts no cycles.
 */
QMAC_EXPORT double qmac_utilization(const struct qmac_device_info *info, uint64_t macs,
				    uint64_t cycles);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_DEVICE_H */
