// SPDX-License-Identifier: MIT
#include "pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "product.h"
#include "softmax.h"

#define WIDTH (STRIP + HIDDEN)

int pass_create(struct pass *pass, const struct network *network, size_t rows)
{
	bool complete;

	*pass = (struct pass){
		.rows = rows,
		.input = calloc(STEPS * rows * WIDTH, sizeof(float)),
		.state = calloc(rows * HIDDEN, sizeof(float)),
		.logits = calloc(rows * CLASSES, sizeof(float)),
		.rounded = { calloc(STEPS * rows * WIDTH, sizeof(float)),
			     calloc(rows * HIDDEN, sizeof(float)) },
		.sums = calloc(rows * HIDDEN, sizeof(float)),
		.turned = calloc(WIDTH * HIDDEN, sizeof(float)),
		.delta = { calloc(rows * WIDTH, sizeof(float)),
			   calloc(rows * WIDTH, sizeof(float)) },
	};
	complete = pass->input && pass->state && pass->logits && pass->rounded[0] &&
		   pass->rounded[1] && pass->sums && pass->turned && pass->delta[0] &&
		   pass->delta[1];
	for (size_t l = 0; l < LAYERS; l++) {
		pass->weight[l] = calloc(network->layer[l].k * network->layer[l].n, sizeof(float));
		complete &= !!pass->weight[l];
	}
	if (complete && !network_copy(&pass->gradient, network))
		return 0;
	pass_free(pass);
	return -ENOMEM;
}

void pass_free(struct pass *pass)
{
	for (size_t l = 0; l < LAYERS; l++) {
		free(pass->rounded[l]);
		free(pass->weight[l]);
	}
	free(pass->input);
	free(pass->state);
	free(pass->logits);
	free(pass->sums);
	free(pass->turned);
	free(pass->delta[0]);
	free(pass->delta[1]);
	network_free(&pass->gradient);
	*pass = (struct pass){ 0 };
}

void pass_set_image(struct pass *pass, size_t row, const float *pixels)
{
	for (size_t t = 0; t < STEPS; t++)
		memcpy(pass->input + (t * pass->rows + row) * WIDTH, pixels + t * STRIP,
		       STRIP * sizeof(*pixels));
}

static int round_weights(struct pass *pass, const struct network *network,
			 struct quantizers *quantizers)
{
	int ret = 0;

	for (size_t l = 0; !ret && l < LAYERS; l++) {
		const struct layer *layer = &network->layer[l];

		if (quantizers)
			ret = quantize_weights(quantizers, l, layer->weight, pass->weight[l]);
		else
			memcpy(pass->weight[l], layer->weight,
			       layer->k * layer->n * sizeof(*layer->weight));
	}
	return ret;
}

/* y = rounded(x) w + b; leaves rounded(x) in @rounded. */
static int layer_forward(struct pass *pass, const struct network *network,
			 struct quantizers *quantizers, size_t l, bool training, const float *x,
			 float *rounded, float *y)
{
	const struct layer *layer = &network->layer[l];
	float bias[layer->n];
	int ret = 0;

	if (quantizers) {
		ret = quantize_inputs(quantizers, l, pass->rows, training, x, rounded);
		if (!ret)
			ret = quantize_bias(quantizers, l, layer->bias, layer->n, bias);
	} else {
		memcpy(rounded, x, pass->rows * layer->k * sizeof(*x));
		memcpy(bias, layer->bias, layer->n * sizeof(*bias));
	}
	if (ret)
		return ret;
	product(pass->rows, layer->n, layer->k, rounded, pass->weight[l], y);
	for (size_t i = 0; i < pass->rows; i++)
		for (size_t j = 0; j < layer->n; j++)
			y[i * layer->n + j] += bias[j];
	return 0;
}

/* Where the state goes after step @t: beside the next pixels. */
static float *next_state(struct pass *pass, size_t t, size_t row)
{
	if (t + 1 == STEPS)
		return pass->state + row * HIDDEN;
	return pass->input + ((t + 1) * pass->rows + row) * WIDTH + STRIP;
}

int pass_forward(struct pass *pass, const struct network *network, struct quantizers *quantizers,
		 bool training)
{
	int ret = round_weights(pass, network, quantizers);

	for (size_t t = 0; !ret && t < STEPS; t++) {
		const size_t first = t * pass->rows * WIDTH;

		ret = layer_forward(pass, network, quantizers, RECURRENT, training,
				    pass->input + first, pass->rounded[RECURRENT] + first,
				    pass->sums);
		for (size_t i = 0; i < pass->rows; i++) {
			float *state = next_state(pass, t, i);

			for (size_t j = 0; j < HIDDEN; j++) {
				float sum = pass->sums[i * HIDDEN + j];

				state[j] = sum > 0 ? sum : 0;
			}
		}
	}
	if (!ret)
		ret = layer_forward(pass, network, quantizers, OUTPUT, training, pass->state,
				    pass->rounded[OUTPUT], pass->logits);
	return ret;
}

/* From @d, [rows, n], to gradients of weights and bias, which add up, and to @dx, [rows, k]. */
static int layer_backward(struct pass *pass, const struct network *network,
			  struct quantizers *quantizers, size_t l, const float *x,
			  const float *rounded, const float *d, float *dx)
{
	const struct layer *layer = &network->layer[l];
	float *dw = pass->gradient.layer[l].weight, *db = pass->gradient.layer[l].bias;

	product_transposed_add(pass->rows, layer->n, layer->k, rounded, d, dw);
	for (size_t i = 0; i < pass->rows; i++)
		for (size_t j = 0; j < layer->n; j++)
			db[j] += d[i * layer->n + j];
	product(pass->rows, layer->k, layer->n, d, pass->turned, dx);
	return quantizers ? unquantize_inputs(quantizers, l, pass->rows, x, dx) : 0;
}

/* The states' part of @dx, where ReLU let them through: @d of the step before. */
static void relu_backward(struct pass *pass, size_t t, const float *dx, size_t skip, float *d)
{
	for (size_t i = 0; i < pass->rows; i++) {
		const float *state = next_state(pass, t, i);

		for (size_t j = 0; j < HIDDEN; j++)
			d[i * HIDDEN + j] = state[j] > 0 ? dx[i * (skip + HIDDEN) + skip + j] : 0;
	}
}

static int through_time(struct pass *pass, const struct network *network,
			struct quantizers *quantizers)
{
	const struct layer *layer = &network->layer[RECURRENT];
	int ret = 0;

	transpose(layer->k, layer->n, pass->weight[RECURRENT], pass->turned);
	relu_backward(pass, STEPS - 1, pass->delta[1], 0, pass->delta[0]);
	for (size_t t = STEPS; !ret && t-- > 0;) {
		const size_t first = t * pass->rows * WIDTH;

		ret = layer_backward(pass, network, quantizers, RECURRENT, pass->input + first,
				     pass->rounded[RECURRENT] + first, pass->delta[0],
				     pass->delta[1]);
		if (t)
			relu_backward(pass, t - 1, pass->delta[1], STRIP, pass->delta[0]);
	}
	return ret;
}

int pass_backward(struct pass *pass, const struct network *network, struct quantizers *quantizers,
		  const uint8_t *labels)
{
	const struct layer *output = &network->layer[OUTPUT];
	int ret;

	memset(pass->gradient.values, 0, pass->gradient.count * sizeof(float));
	softmax_gradient(pass->logits, labels, pass->rows, CLASSES, pass->delta[0]);
	transpose(output->k, output->n, pass->weight[OUTPUT], pass->turned);
	ret = layer_backward(pass, network, quantizers, OUTPUT, pass->state, pass->rounded[OUTPUT],
			     pass->delta[0], pass->delta[1]);
	if (!ret)
		ret = through_time(pass, network, quantizers);
	for (size_t l = 0; !ret && quantizers && l < LAYERS; l++)
		ret = unquantize_weights(quantizers, l, network->layer[l].weight,
					 pass->gradient.layer[l].weight);
	return ret;
}
