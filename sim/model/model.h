/* SPDX-License-Identifier: MIT */
/*
 * The joint between a qmac device model and whatever hosts it.
 *
 * A device model is the accelerator without the PCI function: 32-bit registers,
 * one memory master, interrupt pulses. Two implementations stand behind this
 * table: the Verilated RTL and the functional model in C. Hosts are the
 * vfio-user server (guest RAM behind it) and libqmac's in-process backend (a
 * page pool behind it).
 *
 * Threads: a model has no lock and no global state. One thread at a time may
 * call into an instance; different instances are independent.
 *
 * Time: a model only moves inside run(), read_reg() and write_reg(). Its clock
 * does not advance while it is idle, so cycle counts are the same however the
 * host schedules its calls.
 */
#ifndef QMAC_SIM_MODEL_H
#define QMAC_SIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raised whenever a structure of this file changes its meaning or layout. */
#define QMAC_MODEL_ABI 1

#define QMAC_BEAT_BYTES 16u

struct qmac_model;

/**
 * struct qmac_host_ops - what a model may ask of its host
 *
 * All addresses are device-physical (bus) addresses. A callback never calls
 * back into the model that invoked it.
 *
 * @read: Read @len bytes at @pa into @buf; @pa and @len are multiples of 16 and
 *   the range does not cross a 4 KiB border. Every aligned 8-byte word is one
 *   acquire load. Returns 0, or -EFAULT when any byte is unmapped, not
 *   readable, or bus mastering is off; @buf is then unspecified and the model
 *   sees a bus error.
 * @write: Write one 16-byte beat at @pa (multiple of 16). Bit i of @strobe
 *   selects byte i; other bytes of memory are not touched, not even rewritten
 *   with their old value. Fully selected 8-byte words are stored whole, in
 *   address order, with a release before the last. Returns 0 or -EFAULT as
 *   @read, nothing written in that case.
 * @interrupt: One pulse on vector @vector (QMAC_IRQ_* of qmac_regs.h).
 */
struct qmac_host_ops {
	int (*read)(void *host, uint64_t pa, void *buf, size_t len);
	int (*write)(void *host, uint64_t pa, const void *buf, uint16_t strobe);
	void (*interrupt)(void *host, unsigned int vector);
};

/**
 * struct qmac_model_config - how to build a model instance
 *
 * @kc: Reduction depth of the array, or 0 for the model's own.
 * @nc: Output lanes of the array, or 0 for the model's own.
 * @mem_latency: Cycles from an accepted read address to its first data beat,
 *   and from the last write beat to its response. All published figures use
 *   QMAC_MEM_LATENCY_DEFAULT. Ignored by the functional model.
 * @stall_seed: Seed of the random stalls on the AXI channels.
 * @stall_permille: Probability, in 1/1000 per channel and cycle, that a channel
 *   stalls; 0 for the memory model of the published figures. A test knob.
 */
struct qmac_model_config {
	uint16_t kc, nc;
	uint32_t mem_latency;
	uint64_t stall_seed;
	uint32_t stall_permille;
};

#define QMAC_MEM_LATENCY_DEFAULT 100u

/**
 * struct qmac_model_ops - one implementation of the device
 *
 * @abi: QMAC_MODEL_ABI the implementation was built for.
 * @name: "rtl" or "functional".
 * @create: Make an instance in its power-on state. Returns 0 and the instance
 *   in @out, or -EINVAL (a configuration this implementation was not built
 *   for), -ENOMEM.
 * @destroy: Free an instance; outstanding accesses are forgotten.
 * @reset: Power-on state at once (PCI function-level reset, bus reset). No host
 *   callback is made for anything started before.
 * @read_reg: Read the 32-bit register at byte @offset (multiple of 4). Unknown
 *   offsets read as zero.
 * @write_reg: Write a register; unknown and read-only offsets are ignored.
 * @run: Advance by at most @max_cycles, stopping early when idle. Returns the
 *   cycles taken (the functional model counts one per command and ring event).
 * @idle: True when run() would do nothing until a register is written.
 * @cycles: Cycles taken since creation.
 * @trace: Start writing an FST waveform to @path, or stop with NULL. Returns 0,
 *   -EOPNOTSUPP when the implementation has none, or -errno of the file.
 */
struct qmac_model_ops {
	uint32_t abi;
	const char *name;
	int (*create)(struct qmac_model **out, const struct qmac_model_config *config,
		      const struct qmac_host_ops *ops, void *host);
	void (*destroy)(struct qmac_model *model);
	void (*reset)(struct qmac_model *model);
	uint32_t (*read_reg)(struct qmac_model *model, uint32_t offset);
	void (*write_reg)(struct qmac_model *model, uint32_t offset, uint32_t value);
	uint64_t (*run)(struct qmac_model *model, uint64_t max_cycles);
	bool (*idle)(const struct qmac_model *model);
	uint64_t (*cycles)(const struct qmac_model *model);
	int (*trace)(struct qmac_model *model, const char *path);
};

/*
 * Implementations are shared objects named qmac-model-functional.so and
 * qmac-model-rtl-<KC>x<NC>.so that export one symbol,
 * `const struct qmac_model_ops qmac_model_ops`.
 */
#define QMAC_MODEL_SYMBOL "qmac_model_ops"

/**
 * qmac_model_load() - find and load an implementation
 * @ops: Receives the table; it stays valid for the life of the process.
 * @name: "functional", "rtl" (16x16) or "rtl:<KC>x<NC>".
 * @message: Receives one line that says what is wrong and what to do.
 * @message_size: Bytes of @message.
 *
 * Looks in the directory named by QMAC_MODEL_DIR if set, else in ../lib/qmac
 * beside the running program and beside the library that holds this function,
 * else in the installed directory.
 *
 * Return: 0, -EINVAL for an unknown name, -ENOENT when the object is not there,
 * -ELIBBAD when it does not load or has another ABI.
 */
int qmac_model_load(const struct qmac_model_ops **ops, const char *name, char *message,
		    size_t message_size);

#endif /* QMAC_SIM_MODEL_H */
