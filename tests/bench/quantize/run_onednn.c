// SPDX-License-Identifier: MIT
/*
 * The operations with oneDNN: reorders with scales, and two reductions for the
 * range. It has no histogram and no 16-bit integers, and blocks are left out. A reorder takes the
 * scale of its output (DNNL_ARG_DST: divides by it) or that of its input (DNNL_ARG_SRC:
 * multiplies).
 */
#include <stdlib.h>

#include <dnnl.h>

#include "rows.h"

#define STEPS	 2
#define MOST_ARG 3

/* One primitive with its arguments. */
struct step {
	dnnl_primitive_t primitive;
	dnnl_exec_arg_t args[MOST_ARG];
	int count;
};

struct state {
	dnnl_engine_t engine;
	dnnl_stream_t stream;
	dnnl_memory_t memory[MOST_ARG + 1];
	struct step step[STEPS];
	float lo, hi;
	const char *implementation;
};

static bool describe(dnnl_memory_desc_t *desc, const size_t shape[2], dnnl_data_type_t type)
{
	const dnnl_dims_t dims = { (dnnl_dim_t)shape[0], (dnnl_dim_t)shape[1] };

	return !dnnl_memory_desc_create_with_tag(desc, 2, dims, type, dnnl_ab);
}

static bool memory(struct state *s, int i, const size_t shape[2], dnnl_data_type_t type, void *data)
{
	dnnl_memory_desc_t desc;
	bool pass = describe(&desc, shape, type);

	if (!pass)
		return false;
	pass = !dnnl_memory_create(&s->memory[i], desc, s->engine, data);
	dnnl_memory_desc_destroy(desc);
	return pass;
}

static bool finish(struct state *s, int step, dnnl_primitive_desc_t desc)
{
	bool pass = !dnnl_primitive_create(&s->step[step].primitive, desc);

	if (!dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &s->implementation) &&
	    !pass)
		s->implementation = NULL;
	return pass;
}

/* From memory 0 to memory 1 with scales in memory 2. */
static bool reorder(struct state *s, const struct work *work, int scaled, int mask)
{
	const_dnnl_memory_desc_t from, to;
	dnnl_primitive_desc_t desc = NULL;
	dnnl_primitive_attr_t attr;
	bool pass;

	if (dnnl_memory_get_memory_desc(s->memory[0], &from) ||
	    dnnl_memory_get_memory_desc(s->memory[1], &to) || dnnl_primitive_attr_create(&attr))
		return false;
	pass = !dnnl_primitive_attr_set_scales_mask(attr, scaled, work->channels == 1 ? 0 : mask) &&
	       !dnnl_reorder_primitive_desc_create(&desc, from, s->engine, to, s->engine, attr) &&
	       finish(s, 0, desc);
	s->step[0].args[0] = (dnnl_exec_arg_t){ DNNL_ARG_FROM, s->memory[0] };
	s->step[0].args[1] = (dnnl_exec_arg_t){ DNNL_ARG_TO, s->memory[1] };
	s->step[0].args[2] = (dnnl_exec_arg_t){ DNNL_ARG_ATTR_SCALES | scaled, s->memory[2] };
	s->step[0].count = 3;
	dnnl_primitive_desc_destroy(desc);
	dnnl_primitive_attr_destroy(attr);
	return pass;
}

static bool prepare_reorder(struct state *s, const struct work *work)
{
	const size_t scales[2] = { 1, work->channels };
	bool back = work->operation == DEQUANTIZE;
	size_t shape[2];
	int axis;

	work_shape(work, shape, &axis);
	return memory(s, back, shape, dnnl_f32, work->x) &&
	       memory(s, !back, shape, dnnl_s8, work->q) &&
	       memory(s, 2, scales, dnnl_f32, work->scales) &&
	       reorder(s, work, back ? DNNL_ARG_SRC : DNNL_ARG_DST, 1 << axis);
}

static bool reduce(struct state *s, int step, dnnl_alg_kind_t kind)
{
	const_dnnl_memory_desc_t from, to;
	dnnl_primitive_desc_t desc = NULL;
	bool pass;

	if (dnnl_memory_get_memory_desc(s->memory[0], &from) ||
	    dnnl_memory_get_memory_desc(s->memory[1 + step], &to))
		return false;
	pass = !dnnl_reduction_primitive_desc_create(&desc, s->engine, kind, from, to, 0, 0,
						     NULL) &&
	       finish(s, step, desc);
	s->step[step].args[0] = (dnnl_exec_arg_t){ DNNL_ARG_SRC, s->memory[0] };
	s->step[step].args[1] = (dnnl_exec_arg_t){ DNNL_ARG_DST, s->memory[1 + step] };
	s->step[step].count = 2;
	dnnl_primitive_desc_destroy(desc);
	return pass;
}

static bool prepare_range(struct state *s, const struct work *work)
{
	const size_t shape[2] = { 1, work->count }, one[2] = { 1, 1 };

	return memory(s, 0, shape, dnnl_f32, work->x) && memory(s, 1, one, dnnl_f32, &s->lo) &&
	       memory(s, 2, one, dnnl_f32, &s->hi) && reduce(s, 0, dnnl_reduction_min) &&
	       reduce(s, 1, dnnl_reduction_max);
}

static void release(void *state)
{
	struct state *s = state;
	int i;

	for (i = 0; i < STEPS; i++)
		dnnl_primitive_destroy(s->step[i].primitive);
	for (i = 0; i <= MOST_ARG; i++)
		dnnl_memory_destroy(s->memory[i]);
	dnnl_stream_destroy(s->stream);
	dnnl_engine_destroy(s->engine);
	free(s);
}

static void *prepare(const struct work *work)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (work->operation != HISTOGRAM && work->operation != QUANTIZE_BLOCKS &&
	    work->operation != MINMAX_BLOCKS && work->operation != QUANTIZE_16_BIT &&
	    !dnnl_engine_create(&s->engine, dnnl_cpu, 0) &&
	    !dnnl_stream_create(&s->stream, s->engine, dnnl_stream_default_flags) &&
	    (work->operation == MINMAX ? prepare_range(s, work) : prepare_reorder(s, work)))
		return s;
	release(s);
	return NULL;
}

static bool run(void *state)
{
	struct state *s = state;
	int i;

	for (i = 0; i < STEPS && s->step[i].primitive; i++)
		if (dnnl_primitive_execute(s->step[i].primitive, s->stream, s->step[i].count,
					   s->step[i].args))
			return false;
	return !dnnl_stream_wait(s->stream);
}

bool onednn_use_avx2(void)
{
	return !dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
}

const char *onednn_implementation(const void *state)
{
	const struct state *s = state;

	return s->implementation;
}

const struct runner runner_onednn = { "oneDNN", prepare, run, release };
