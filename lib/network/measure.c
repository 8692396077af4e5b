// SPDX-License-Identifier: MIT
/* How far results are from the float network's. */
#include <fenv.h>
#include <math.h>

#include "network/graph.h"
#include "quant/exact.h"

static size_t greatest(const float *row, size_t outputs)
{
	size_t best = 0, i;

	for (i = 1; i < outputs; i++)
		if (row[i] > row[best])
			best = i;
	return best;
}

static EXACT void measure(const float *want, const float *got, size_t count,
			  struct qmac_network_loss *loss)
{
	double noise = 0, want2 = 0, got2 = 0, product = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		double difference = (double)want[i] - got[i];

		noise += difference * difference;
		want2 += (double)want[i] * want[i];
		got2 += (double)got[i] * got[i];
		product += (double)want[i] * got[i];
	}
	loss->sqnr_db = noise == 0 ? INFINITY : 10 * log10(want2 / noise);
	if (isnan(loss->sqnr_db))
		loss->sqnr_db = -INFINITY;
	if (noise == 0)
		loss->cosine = 1;
	else if (want2 > 0 && got2 > 0)
		loss->cosine = product / (sqrt(want2) * sqrt(got2));
	else
		loss->cosine = 0;
}

static EXACT void count(const float *want, const float *got, size_t rows, size_t outputs,
			const uint32_t *labels, struct qmac_network_loss *loss)
{
	size_t agree = 0, right = 0, i;

	for (i = 0; i < rows; i++) {
		size_t choice = greatest(got + i * outputs, outputs);

		agree += choice == greatest(want + i * outputs, outputs);
		right += labels && choice == labels[i];
	}
	loss->agreement = (double)agree / (double)rows;
	loss->accuracy = labels ? (double)right / (double)rows : NAN;
}

void qmac_network_compare(const float *want, const float *got, size_t rows, size_t outputs,
			  const uint32_t *labels, struct qmac_network_loss *loss)
{
	fenv_t saved;

	exact_enter(&saved);
	measure(want, got, rows * outputs, loss);
	count(want, got, rows, outputs, labels, loss);
	exact_leave(&saved);
}
