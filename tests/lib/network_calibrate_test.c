// SPDX-License-Identifier: MIT
/* Calibration of networks: batches, passes, states, refusals. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qmac/qmac.h>

#include "network/graph.h"
#include "message.h"
#include "random.h"
#include "tap.h"

#define CNN	"examples/cnn/cnn.onnx"
#define ROWS	70
#define PIXELS	64
#define TENSORS 256

static float x[ROWS * PIXELS];

static struct qmac_network *load(void)
{
	struct qmac_network *network = NULL;

	if (qmac_network_load(context, CNN, &network))
		tap_note("%s", qmac_context_message(context));
	return network;
}

static struct qmac_network_calibration *create(struct qmac_network *network, uint8_t calibrator)
{
	const struct qmac_calibration_spec spec = { .calibrator = calibrator };
	struct qmac_network_calibration *made = NULL;

	if (qmac_network_calibration_create(network, &spec, &made))
		tap_note("%s", qmac_context_message(context));
	return made;
}

/* All samples, @step at a time. */
static int show(struct qmac_network_calibration *calibration, size_t step)
{
	int error = 0;
	size_t at;

	for (at = 0; !error && at < ROWS; at += step)
		error = qmac_network_calibration_update(
			calibration, ROWS - at < step ? ROWS - at : step, x + at * PIXELS);
	return error;
}

static bool equal_states(const struct qmac_network_calibration *a,
			 const struct qmac_network_calibration *b, size_t tensors)
{
	size_t watched = 0, i;
	bool same = true;

	for (i = 0; i < tensors; i++) {
		const struct qmac_calibration *p = qmac_network_calibration_tensor(a, i);
		const struct qmac_calibration *q = qmac_network_calibration_tensor(b, i);
		size_t p_size = 0, q_size = 0;
		void *p_bytes = NULL, *q_bytes = NULL;

		same &= !p == !q;
		if (!p || !q)
			continue;
		watched++;
		qmac_calibration_encode(p, &p_bytes, &p_size);
		qmac_calibration_encode(q, &q_bytes, &q_size);
		same &= p_size == q_size && !memcmp(p_bytes, q_bytes, p_size);
		free(p_bytes);
		free(q_bytes);
	}
	return same && watched > 10;
}

static void test_batches(void)
{
	static struct qmac_network_range want[TENSORS], got[TENSORS];
	struct qmac_network *network = load();
	struct qmac_network_calibration *whole = create(network, QMAC_CALIBRATOR_OWN);
	struct qmac_network_info info;
	size_t step;

	qmac_network_info(network, &info);
	tap_ok(!show(whole, ROWS) && qmac_network_calibration_passes(whole) == 1, "own: one pass");
	for (step = 1; step < ROWS; step += 17) {
		struct qmac_network_calibration *parts = create(network, QMAC_CALIBRATOR_OWN);

		tap_ok(!show(parts, step) && equal_states(whole, parts, info.tensors),
		       "own: %zu samples at a time make the same states", step);
		qmac_network_calibration_destroy(parts);
	}
	tap_ok(!qmac_network_minmax(network, ROWS, x, want) &&
		       !qmac_network_calibration_choose(whole, NULL, got) &&
		       !memcmp(want, got, info.tensors * sizeof(*want)),
	       "min-max of the calibration is that of qmac_network_minmax()");
	qmac_network_calibration_destroy(whole);
	qmac_network_destroy(network);
}

static void test_methods(void)
{
	static struct qmac_network_range full[TENSORS], got[TENSORS];
	struct qmac_network *network = load();
	struct qmac_network_calibration *own = create(network, QMAC_CALIBRATOR_OWN);
	struct qmac_network_info info;
	unsigned int m;
	size_t i;

	qmac_network_info(network, &info);
	tap_ok(!show(own, ROWS) && !qmac_network_calibration_choose(own, NULL, full), "min-max");
	for (m = 0; qmac_method_name(m); m++) {
		const struct qmac_calibration_method method = { .method = (uint8_t)m,
								.scheme = QMAC_SCHEME_ASYMMETRIC,
								.percentile = 98 };
		bool inside = true, smaller = false;
		int error = qmac_network_calibration_choose(own, &method, got);

		if (m == QMAC_METHOD_AVERAGE) {
			tap_ok(error == -ENODATA && says("tensor 'pixels'"),
			       "average: refused without a step, names the tensor");
			error = qmac_network_calibration_step(own, 0.5f);
			if (!error)
				error = qmac_network_calibration_choose(own, &method, got);
		}
		for (i = 0; i < info.tensors; i++) {
			inside &= got[i].lo >= full[i].lo && got[i].hi <= full[i].hi &&
				  got[i].lo <= got[i].hi;
			smaller |= got[i].hi - got[i].lo < full[i].hi - full[i].lo;
		}
		tap_ok(!error && inside &&
			       smaller == (m != QMAC_METHOD_MINMAX && m != QMAC_METHOD_AVERAGE),
		       "%s: ranges inside those seen", qmac_method_name(m));
	}
	qmac_network_calibration_destroy(own);
	qmac_network_destroy(network);
}

/* A tool's calibrator of the network sees what it would see of one tensor. */
static void test_tools(void)
{
	static struct qmac_network_range got[TENSORS];
	const struct qmac_calibration_spec spec = { .calibrator = QMAC_CALIBRATOR_NCNN_KL };
	struct qmac_calibration_range range;
	struct qmac_calibration *alone = NULL;
	struct qmac_network *network = load();
	struct qmac_network_calibration *all = create(network, QMAC_CALIBRATOR_NCNN_KL);
	size_t input = qmac_network_input(network, 0);

	tap_ok(qmac_network_calibration_passes(all) == 2, "ncnn-kl: two passes");
	tap_ok(!show(all, 30) && qmac_network_calibration_choose(all, NULL, got) == -ENODATA &&
		       says("needs two passes"),
	       "refused: to choose after the first");
	tap_ok(!qmac_network_calibration_next_pass(all) && !show(all, ROWS) &&
		       !qmac_network_calibration_choose(all, NULL, got),
	       "both passes");
	tap_ok(!qmac_calibration_create(context, &spec, &alone) &&
		       !qmac_calibration_update(alone, x, ROWS * PIXELS) &&
		       !qmac_calibration_next_pass(alone) &&
		       !qmac_calibration_update(alone, x, ROWS * PIXELS) &&
		       !qmac_calibration_choose(alone, NULL, &range) && range.lo == got[input].lo &&
		       range.hi == got[input].hi,
	       "the range of the input is that of its elements");
	qmac_calibration_destroy(alone);
	qmac_network_calibration_destroy(all);
	all = create(network, QMAC_CALIBRATOR_ORT_AVERAGE);
	tap_ok(!qmac_network_calibration_update(all, 40, x) &&
		       !qmac_network_calibration_update(all, 30, x + 40 * PIXELS) &&
		       !qmac_network_calibration_step(all, 0.01f) &&
		       !qmac_network_calibration_choose(all, NULL, got),
	       "ort-average: two batches, one step");
	alone = NULL;
	tap_ok(!qmac_calibration_create(
		       context,
		       &(struct qmac_calibration_spec){ .calibrator = QMAC_CALIBRATOR_ORT_AVERAGE },
		       &alone) &&
		       !qmac_calibration_update(alone, x, 40 * PIXELS) &&
		       !qmac_calibration_update(alone, x + 40 * PIXELS, 30 * PIXELS) &&
		       !qmac_calibration_step(alone, 0.01f) &&
		       !qmac_calibration_choose(alone, NULL, &range) && range.lo == got[input].lo &&
		       range.hi == got[input].hi,
	       "an update is a batch, not cut into smaller ones");
	qmac_calibration_destroy(alone);
	qmac_network_calibration_destroy(all);
	qmac_network_destroy(network);
}

/* Writes the first @size bytes of @bytes, with @flip changed. */
static void damage(const char *path, const char *bytes, size_t size, size_t flip)
{
	FILE *file = fopen(path, "wb");
	size_t i;

	for (i = 0; i < size; i++)
		fputc(bytes[i] ^ (i == flip), file);
	fclose(file);
}

static void test_damage(struct qmac_network *network, const char *path)
{
	struct qmac_network_calibration *got = NULL;
	FILE *file = fopen(path, "rb");
	static char bytes[4 << 20];
	size_t size = fread(bytes, 1, sizeof(bytes), file), at;
	struct rng rng = { 7 };
	bool refused = true;
	unsigned int i;

	fclose(file);
	for (i = 0; i < 300; i++) {
		at = i < 60 ? i : (size_t)rng_in(&rng, 0, (int64_t)size - 1);
		damage(path, bytes, size, at);
		if (qmac_network_calibration_load(network, path, &got) != -EINVAL) {
			tap_note("byte %zu of %zu", at, size);
			refused = false;
			qmac_network_calibration_destroy(got);
		}
		damage(path, bytes, at, size);
		if (qmac_network_calibration_load(network, path, &got) != -EINVAL) {
			tap_note("cut at %zu of %zu", at, size);
			refused = false;
			qmac_network_calibration_destroy(got);
		}
	}
	tap_ok(refused, "damaged and cut states are refused");
	bytes[size] = 0;
	damage(path, bytes, size + 1, SIZE_MAX);
	tap_ok(qmac_network_calibration_load(network, path, &got) == -EINVAL &&
		       says("more than is expected"),
	       "a state with something behind it is refused");
}

static void test_state(void)
{
	char path[] = "/tmp/qmac-calibration-XXXXXX";
	struct qmac_network *network = load(), *other = NULL;
	struct qmac_network_calibration *whole = create(network, QMAC_CALIBRATOR_OWN);
	struct qmac_network_calibration *part = create(network, QMAC_CALIBRATOR_OWN), *got = NULL;
	struct qmac_network_info info;

	close(mkstemp(path));
	qmac_network_info(network, &info);
	show(whole, ROWS);
	qmac_network_calibration_update(part, 30, x);
	tap_ok(!qmac_network_calibration_save(part, path) &&
		       !qmac_network_calibration_load(network, path, &got) &&
		       equal_states(part, got, info.tensors),
	       "a state is written and read");
	tap_ok(!qmac_network_calibration_update(got, ROWS - 30, x + 30 * PIXELS) &&
		       equal_states(whole, got, info.tensors),
	       "and gone on with");
	qmac_network_calibration_destroy(got);
	got = NULL;
	qmac_network_load(context, "examples/digits/digits.onnx", &other);
	tap_ok(qmac_network_calibration_load(other, path, &got) == -EINVAL && !got &&
		       says("calibrate this network anew"),
	       "refused: the state of another network");
	test_damage(network, path);
	unlink(path);
	tap_ok(qmac_network_calibration_load(network, path, &got) == -ENOENT && says(path),
	       "refused: no such file");
	tap_ok(qmac_network_calibration_save(part, "/nonexistent/x") == -ENOENT,
	       "refused: no such directory");
	qmac_network_calibration_destroy(part);
	qmac_network_calibration_destroy(whole);
	qmac_network_destroy(network);
	qmac_network_destroy(other);
}

static int count(void *user, size_t tensor, const float *values, size_t elements)
{
	(void)tensor;
	(void)values;
	(void)elements;
	++*(size_t *)user;
	return 0;
}

static void test_refusals(void)
{
	struct qmac_network *network = load();
	struct qmac_network_calibration *own = create(network, QMAC_CALIBRATOR_OWN);
	const struct qmac_calibration_spec none = { .calibrator = 99 };
	struct qmac_network_calibration *made = NULL;
	size_t seen = 0;
	float kept = x[3];

	tap_ok(qmac_network_calibration_create(network, &none, &made) == -EINVAL && !made,
	       "refused: no such calibrator");
	tap_ok(qmac_network_calibration_update(own, 0, x) == -EINVAL && says("0 samples"),
	       "refused: no samples");
	x[3] = NAN;
	tap_ok(qmac_network_calibration_update(own, 1, x) == -EDOM && says("tensor 'pixels'") &&
		       says("NaN"),
	       "refused: a NaN, names the tensor");
	x[3] = kept;
	tap_ok(qmac_network_calibration_next_pass(own) == -EINVAL, "refused: a second pass");
	tap_ok(!qmac_network_calibration_tensor(own, 100000) &&
		       !qmac_network_calibration_tensor(own,
							qmac_network_find(network, "fc.weight")),
	       "constants are not watched");
	qmac_network_observe(network, count, &seen);
	tap_ok(!qmac_network_calibration_update(own, 1, x) && !seen &&
		       !qmac_network_run_rows(network, 1, x, NULL) && seen,
	       "the network's observer stays, and is not called");
	qmac_network_calibration_destroy(own);
	network->batch_is_free = false; /* as a file with a batch of 1 */
	own = create(network, QMAC_CALIBRATOR_ORT_MINMAX);
	tap_ok(!qmac_network_calibration_update(own, 3, x), "a fixed batch: many runs");
	qmac_network_calibration_destroy(own);
	qmac_network_calibration_destroy(NULL);
	qmac_network_destroy(network);
}

/* Values of a constant that no one else sees; loading does not look at them. */
static float *values_of(struct qmac_network *network, const char *name)
{
	return network->tensors[qmac_network_find(network, name)].data;
}

/* What a weight breaks is told of the weight, where the network is run to take ranges. */
static void test_weights(void)
{
	static const struct {
		const char *name;
		size_t element;
		float value;
		const char *told;
	} cases[] = {
		{ "fc.weight", 5, NAN, "initializer 'fc.weight': element 5 is NaN" },
		{ "fc.weight", 0, INFINITY, "initializer 'fc.weight': element 0 is infinite" },
		{ "fc.bias", 2, -INFINITY, "initializer 'fc.bias': element 2 is infinite" },
	};
	struct qmac_network *network = load();
	struct qmac_network_info info;
	struct qmac_network_range *ranges;
	size_t i;

	qmac_network_info(network, &info);
	ranges = calloc(info.tensors, sizeof(*ranges));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qmac_network_calibration *own = create(network, QMAC_CALIBRATOR_OWN);
		float *value = values_of(network, cases[i].name) + cases[i].element, kept = *value;

		*value = cases[i].value;
		tap_ok(qmac_network_calibration_update(own, 1, x) == -EDOM && says(cases[i].told) &&
			       says("clean the weights"),
		       "calibration: %s", cases[i].told);
		tap_ok(qmac_network_minmax(network, 1, x, ranges) == -EDOM && says(cases[i].told),
		       "ranges: %s", cases[i].told);
		*value = kept;
		qmac_network_calibration_destroy(own);
	}
	tap_ok(!qmac_network_minmax(network, 1, x, ranges), "and nothing without them");
	free(ranges);
	qmac_network_destroy(network);
}

int main(void)
{
	struct rng rng = { 20261121 };
	size_t i;

	if (qmac_context_create(&context))
		return 1;
	for (i = 0; i < ROWS * PIXELS; i++)
		x[i] = (float)rng_in(&rng, 0, 16) / 16 + (float)rng_in(&rng, 0, 999) / 100000;
	test_batches();
	test_weights();
	test_methods();
	test_tools();
	test_state();
	test_refusals();
	qmac_context_destroy(context);
	return tap_done();
}
