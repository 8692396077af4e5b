// SPDX-License-Identifier: MIT
#include "softmax.h"

#include <math.h>

/*
 * e^x for x <= 0, to about 1e-13: libm's may differ between machines in the last
 * digit, and training would amplify that. x = n ln 2 + r, the series for e^r.
 */
static double exponential(double x)
{
	const double ln2 = 0x1.62e42fefa39efp-1;
	const double n = nearbyint(x / ln2), r = x - n * ln2;
	double sum = 1;

	for (int i = 12; i > 0; i--)
		sum = 1 + sum * r / i;
	return ldexp(sum, n < -1000 ? -1000 : (int)n);
}

void softmax_gradient(const float *logits, const uint8_t *labels, size_t rows, size_t classes,
		      float *d)
{
	for (size_t i = 0; i < rows; i++) {
		const float *row = logits + i * classes;
		double power[classes], sum = 0;
		float most = row[0];

		for (size_t j = 1; j < classes; j++)
			most = row[j] > most ? row[j] : most;
		for (size_t j = 0; j < classes; j++)
			sum += power[j] = exponential((double)row[j] - most);
		for (size_t j = 0; j < classes; j++)
			d[i * classes + j] =
				(float)((power[j] / sum - (j == labels[i])) / (double)rows);
	}
}
