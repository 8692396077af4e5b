// SPDX-License-Identifier: MIT
#include "experiment.h"

#include <stdio.h>
#include <stdlib.h>

#include "integers.h"

/**
 * struct run - one seed and one share of the images
 * @settings: What to compare.
 * @data: All images.
 * @device: For the integers.
 * @context: Of the device.
 * @fold: The share.
 * @random: As it was after the float training: the same for all that follow.
 * @network: Float networks.
 * @scores: Receives the results.
 */
struct run {
	const struct settings *settings;
	const struct data *data;
	struct qmac_device *device;
	struct qmac_context *context;
	struct fold fold;
	struct random random;
	struct network network[STARTS];
	struct scores *scores;
};

bool is_method(unsigned int method)
{
	return method != QMAC_METHOD_AVERAGE && qmac_method_name(method);
}

static double share_right(const struct run *run, const uint8_t *classes)
{
	const struct fold *fold = &run->fold;
	size_t right = 0;

	for (size_t i = 0; i < fold->test_count; i++)
		right += classes[i] == run->data->y[fold->test[i]];
	return (double)right / (double)fold->test_count;
}

static int test(const struct run *run, const struct network *network, struct quantizers *quantizers,
		uint8_t *classes, double *score)
{
	int ret = predict(network, quantizers, run->data, run->fold.test, run->fold.test_count,
			  NULL, classes);

	if (!ret)
		*score = share_right(run, classes);
	return ret;
}

static int train_floats(struct run *run)
{
	const struct settings *settings = run->settings;
	uint8_t classes[run->fold.test_count];
	struct network *network = run->network;
	struct random random;
	int ret = network_create(&network[TRAINED], &run->random);

	if (!ret)
		ret = train(&network[TRAINED], NULL, run->data, &run->fold, &settings->first,
			    &run->random);
	random = run->random;
	if (!ret)
		ret = network_copy(&network[TRAINED_ON], &network[TRAINED]);
	if (!ret)
		ret = train(&network[TRAINED_ON], NULL, run->data, &run->fold, &settings->more,
			    &random);
	for (size_t s = 0; !ret && s < STARTS; s++)
		ret = test(run, &network[s], NULL, classes,
			   &run->scores->real[s][run->scores->runs]);
	return ret;
}

static int quantize_after(struct run *run, const struct observation *observation, size_t width,
			  enum start start)
{
	const struct network *network = &run->network[start];
	uint8_t classes[run->fold.test_count];
	struct quantizers quantizers;
	int ret = quantizers_create(&quantizers, run->context, network, run->settings->bits[width],
				    run->settings->per_channel);

	for (size_t i = 0; !ret && i < WEIGHTS * METHODS; i++) {
		const size_t weights = i / METHODS, inputs = i % METHODS;
		const struct methods methods = {
			weights == WEIGHTS_MSE ? QMAC_METHOD_MSE : QMAC_METHOD_MINMAX,
			(unsigned int)inputs,
		};

		if (!is_method(methods.inputs))
			continue;
		ret = post_training_choose(&quantizers, network, observation, &methods);
		if (!ret)
			ret = test(run, network, &quantizers, classes,
				   &run->scores->after[width][start][weights][inputs]
						      [run->scores->runs]);
	}
	quantizers_destroy(&quantizers);
	return ret;
}

/* Calibrated with all training images. */
static int quantize_floats(struct run *run)
{
	int ret = 0;

	for (size_t s = 0; !ret && s < STARTS; s++) {
		uint8_t classes[run->fold.train_count];
		struct observation observation;

		ret = observation_create(&observation, run->context);
		if (!ret)
			ret = predict(&run->network[s], NULL, run->data, run->fold.train,
				      run->fold.train_count, &observation, classes);
		for (size_t w = 0; !ret && w < WIDTHS; w++)
			ret = quantize_after(run, &observation, w, s);
		observation_destroy(&observation);
	}
	return ret;
}

static int test_aware(struct run *run, const struct network *network, struct quantizers *quantizers,
		      size_t width)
{
	const enum ranges ranges = quantizers->ranges;
	const size_t count = run->fold.test_count, number = run->scores->runs;
	uint8_t aware[count], integers[count];
	int ret = test(run, network, quantizers, aware, &run->scores->aware[width][ranges][number]);

	if (!ret)
		ret = integers_predict(run->device, network, quantizers, run->data, run->fold.test,
				       count, integers);
	if (ret)
		return ret;
	run->scores->integers[width][ranges][number] = share_right(run, integers);
	for (size_t i = 0; i < count; i++)
		run->scores->differing[width][ranges] += aware[i] != integers[i];
	return 0;
}

static int train_aware(struct run *run, size_t width, enum ranges ranges)
{
	struct random random = run->random;
	struct quantizers quantizers;
	struct network network;
	int ret = quantizers_create(&quantizers, run->context, &run->network[TRAINED],
				    run->settings->bits[width], run->settings->per_channel);

	if (ret)
		return ret;
	quantizers.ranges = ranges;
	ret = network_copy(&network, &run->network[TRAINED]);
	if (!ret)
		ret = train(&network, &quantizers, run->data, &run->fold, &run->settings->more,
			    &random);
	if (!ret)
		ret = test_aware(run, &network, &quantizers, width);
	network_free(&network);
	quantizers_destroy(&quantizers);
	return ret;
}

static int run_fold(struct run *run)
{
	int ret = train_floats(run);

	if (!ret)
		ret = quantize_floats(run);
	for (size_t i = 0; !ret && i < WIDTHS * RANGES; i++)
		ret = train_aware(run, i / RANGES, i % RANGES);
	for (size_t s = 0; s < STARTS; s++)
		network_free(&run->network[s]);
	run->scores->runs++;
	run->scores->tested += run->fold.test_count;
	return ret;
}

static int run_seed(struct run *run, unsigned int seed)
{
	struct random shuffle = { seed };
	uint32_t order[run->data->count];
	int ret = 0;

	random_order(&shuffle, order, run->data->count);
	for (unsigned int f = 0; !ret && f < run->settings->folds; f++) {
		run->random = (struct random){ (uint64_t)seed << 32 | (f + 1) };
		ret = fold_create(&run->fold, order, run->data->count, FOLDS, f);
		if (!ret)
			ret = run_fold(run);
		fold_free(&run->fold);
		fprintf(stderr, "qat: seed %u, share %u of %u\n", seed, f + 1,
			run->settings->folds);
	}
	return ret;
}

int experiment(const struct settings *settings, const struct data *data, struct qmac_device *device,
	       struct scores *scores)
{
	struct run run = {
		.settings = settings,
		.data = data,
		.device = device,
		.context = qmac_device_context(device),
		.scores = scores,
	};
	int ret = 0;

	for (unsigned int seed = 1; !ret && seed <= settings->seeds; seed++)
		ret = run_seed(&run, seed);
	if (ret)
		fprintf(stderr, "qat: error %d: %s\n", ret, qmac_context_message(run.context));
	return ret;
}
