// SPDX-License-Identifier: MIT
/* A weight matrix as INT8, with one scale and with a scale per output channel. */
#include <math.h>
#include <stdio.h>

#include <qmac/qmac.h>

#define ROWS	64
#define COLUMNS 256

static float w[ROWS * COLUMNS], back[ROWS * COLUMNS];
static int8_t q[ROWS * COLUMNS];

/* Numbers as weights have them: each row with a spread of its own. */
static void fill(void)
{
	for (int i = 0; i < ROWS * COLUMNS; i++)
		w[i] = sinf(0.37f * (float)i) * (float)(1 + i / COLUMNS) / ROWS;
}

static double sqnr_db(void)
{
	double signal = 0, noise = 0;

	for (int i = 0; i < ROWS * COLUMNS; i++) {
		signal += (double)w[i] * w[i];
		noise += ((double)w[i] - back[i]) * ((double)w[i] - back[i]);
	}
	return 10 * log10(signal / noise);
}

/* There and back with a scale for each index of @axis. */
static int quantize(struct qmac_context *context, const char *title, int axis)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	const size_t dims[] = { ROWS, COLUMNS };
	struct qmac_quant_params params;
	struct qmac_extent extent;
	int ret = qmac_extent_of(context, dims, 2, axis, &extent);

	if (!ret)
		ret = qmac_quant_minmax(context, &spec, w, &extent, QMAC_NAN_ERROR, &params);
	if (ret)
		return ret;
	ret = qmac_quantize(context, &params, &extent, w, q, NULL);
	if (!ret)
		ret = qmac_dequantize(context, &params, &extent, q, back);
	if (!ret)
		printf("%s: scales %zu, the first %.9g, SQNR %.2f dB\n", title, params.channels,
		       params.scale[0], sqnr_db());
	qmac_quant_params_release(&params);
	return ret;
}

int main(void)
{
	struct qmac_context *context;
	int ret;

	fill();
	if (qmac_context_create(&context))
		return 1;
	ret = quantize(context, "per tensor", QMAC_PER_TENSOR);
	if (!ret)
		ret = quantize(context, "per channel", 0);
	if (ret)
		fprintf(stderr, "quantize: %s\n", qmac_context_message(context));
	qmac_context_destroy(context);
	return ret ? 1 : 0;
}
