// SPDX-License-Identifier: MIT
#include "train.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pass.h"

#define BATCH	 32
#define MOMENTUM 0.9f
#define CLIP	 1.0

static void fetch(struct pass *pass, const struct data *data, const uint32_t *rows)
{
	for (size_t i = 0; i < pass->rows; i++)
		pass_set_image(pass, i, data->x + rows[i] * PIXELS);
}

/* Recurrence makes rare, huge gradients: their norm is cut (Pascanu et al. 2013). */
static float clip(const struct network *gradient)
{
	double square = 0;

	for (size_t i = 0; i < gradient->count; i++)
		square += (double)gradient->values[i] * gradient->values[i];
	return square > CLIP * CLIP ? (float)(CLIP / sqrt(square)) : 1;
}

static void descend(struct network *network, const struct network *gradient, float *velocity,
		    float rate, float factor)
{
	for (size_t i = 0; i < network->count; i++) {
		velocity[i] = MOMENTUM * velocity[i] + factor * gradient->values[i];
		network->values[i] -= rate * velocity[i];
	}
}

static int train_batch(struct pass *pass, struct network *network, struct quantizers *quantizers,
		       const uint8_t *labels, float *velocity, float rate)
{
	int ret = pass_forward(pass, network, quantizers, true);
	float factor;

	if (!ret)
		ret = pass_backward(pass, network, quantizers, labels);
	if (ret)
		return ret;
	factor = clip(&pass->gradient);
	descend(network, &pass->gradient, velocity, rate, factor);
	if (quantizers)
		quantizers_end_step(quantizers, rate, MOMENTUM, factor);
	return 0;
}

/* Whole batches: the images left over come first in another epoch's order. */
static int train_epochs(struct pass *pass, struct network *network, struct quantizers *quantizers,
			const struct data *data, const struct fold *fold,
			const struct schedule *schedule, struct random *random, float *velocity)
{
	const size_t batches = fold->train_count / BATCH, steps = batches * schedule->epochs;
	uint32_t order[fold->train_count], rows[BATCH];
	uint8_t labels[BATCH];
	int ret = 0;

	for (size_t step = 0; !ret && step < steps; step++) {
		float rate = schedule->rate * (float)(steps - step) / (float)steps;

		if (step % batches == 0)
			random_order(random, order, fold->train_count);
		for (size_t i = 0; i < BATCH; i++) {
			rows[i] = fold->train[order[step % batches * BATCH + i]];
			labels[i] = data->y[rows[i]];
		}
		fetch(pass, data, rows);
		if (quantizers)
			ret = quantizers_begin_step(quantizers, network, step, steps);
		if (!ret)
			ret = train_batch(pass, network, quantizers, labels, velocity, rate);
	}
	return ret;
}

int train(struct network *network, struct quantizers *quantizers, const struct data *data,
	  const struct fold *fold, const struct schedule *schedule, struct random *random)
{
	float *velocity = calloc(network->count, sizeof(*velocity));
	struct pass pass;
	int ret = pass_create(&pass, network, BATCH);

	if (!ret && !velocity)
		ret = -ENOMEM;
	if (!ret)
		ret = train_epochs(&pass, network, quantizers, data, fold, schedule, random,
				   velocity);
	/* Ranges that follow the weights follow the last step, too. */
	if (!ret && quantizers && quantizers->following)
		ret = quantizers_begin_step(quantizers, network, 1, 1);
	pass_free(&pass);
	free(velocity);
	return ret;
}

uint8_t greatest(const float *logits)
{
	uint8_t best = 0;

	for (uint8_t j = 1; j < CLASSES; j++)
		best = logits[j] > logits[best] ? j : best;
	return best;
}

static int observe(struct observation *observation, const struct pass *pass)
{
	int ret = observation_add(observation, RECURRENT, pass->input,
				  STEPS * pass->rows * (STRIP + HIDDEN));

	return ret ? ret : observation_add(observation, OUTPUT, pass->state, pass->rows * HIDDEN);
}

int predict(const struct network *network, struct quantizers *quantizers, const struct data *data,
	    const uint32_t *rows, size_t count, struct observation *observation, uint8_t *classes)
{
	struct pass pass;
	int ret = pass_create(&pass, network, count);

	if (!ret) {
		fetch(&pass, data, rows);
		ret = pass_forward(&pass, network, quantizers, false);
	}
	if (!ret && observation)
		ret = observe(observation, &pass);
	for (size_t i = 0; !ret && i < count; i++)
		classes[i] = greatest(pass.logits + i * CLASSES);
	pass_free(&pass);
	return ret;
}
