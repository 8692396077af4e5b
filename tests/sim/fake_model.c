// SPDX-License-Identifier: MIT
#include "fake_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct qmac_model {
	uint32_t regs[FAKE_REGISTERS / 4];
	const struct qmac_host_ops *ops;
	void *host;
	uint64_t cycles, done, spin;
	bool copying;
};

static uint32_t *reg(struct qmac_model *m, uint32_t offset)
{
	return &m->regs[offset / 4];
}

static uint64_t address(struct qmac_model *m, uint32_t low)
{
	return *reg(m, low) | (uint64_t)*reg(m, low + 4) << 32;
}

static void reset(struct qmac_model *m)
{
	memset(m->regs, 0, sizeof(m->regs));
	*reg(m, FAKE_ID) = FAKE_ID_VALUE;
	*reg(m, FAKE_ARRAY) = 1 | 1 << 16;
	m->copying = false;
	m->done = m->spin = 0;
}

static int create(struct qmac_model **out, const struct qmac_model_config *config,
		  const struct qmac_host_ops *ops, void *host)
{
	if (config->kc > 1 || config->nc > 1)
		return -EINVAL;
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->ops = ops;
	(*out)->host = host;
	reset(*out);
	return 0;
}

static void destroy(struct qmac_model *m)
{
	free(m);
}

static uint32_t read_reg(struct qmac_model *m, uint32_t offset)
{
	if (offset == FAKE_LATCH)
		++*reg(m, FAKE_LATCH);
	return *reg(m, offset);
}

static void write_reg(struct qmac_model *m, uint32_t offset, uint32_t value)
{
	if (offset == FAKE_ID || offset == FAKE_ARRAY)
		return;
	*reg(m, offset) = value;
	*reg(m, FAKE_LAST_WRITE) = offset;
	if (offset == FAKE_GO) {
		m->copying = true;
		m->done = 0;
	}
	if (offset == FAKE_SPIN)
		m->spin = value;
	for (unsigned int i = 0; offset == FAKE_RAISE && i < 32; i++) {
		if (value >> i & 1)
			m->ops->interrupt(m->host, i);
	}
}

static void copy_beat(struct qmac_model *m)
{
	uint16_t strobe = *reg(m, FAKE_STROBE) ? *reg(m, FAKE_STROBE) : 0xffff;
	uint8_t beat[QMAC_BEAT_BYTES];

	if (m->done >= *reg(m, FAKE_LENGTH)) {
		m->copying = false;
		++*reg(m, FAKE_DONE);
		m->ops->interrupt(m->host, 0);
		return;
	}
	if (m->ops->read(m->host, address(m, FAKE_SOURCE_LO) + m->done, beat, sizeof(beat)))
		++*reg(m, FAKE_ERRORS);
	else if (m->ops->write(m->host, address(m, FAKE_TARGET_LO) + m->done, beat, strobe))
		++*reg(m, FAKE_ERRORS);
	m->done += sizeof(beat);
}

static bool idle(const struct qmac_model *m)
{
	return !m->copying && !m->spin;
}

static uint64_t run(struct qmac_model *m, uint64_t max_cycles)
{
	uint64_t taken = 0;

	for (; taken < max_cycles && !idle(m); taken++) {
		/* Volatile: every cycle takes time. */
		if (m->spin)
			--*(volatile uint64_t *)&m->spin;
		else
			copy_beat(m);
	}
	m->cycles += taken;
	return taken;
}

static uint64_t cycles(const struct qmac_model *m)
{
	return m->cycles;
}

static int trace(struct qmac_model *m, const char *path)
{
	(void)m, (void)path;
	return -EOPNOTSUPP;
}

__attribute__((visibility("default"))) const struct qmac_model_ops qmac_model_ops = {
	.abi = QMAC_MODEL_ABI,
	.name = "fake",
	.create = create,
	.destroy = destroy,
	.reset = reset,
	.read_reg = read_reg,
	.write_reg = write_reg,
	.run = run,
	.idle = idle,
	.cycles = cycles,
	.trace = trace,
};
