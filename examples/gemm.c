// SPDX-License-Identifier: MIT
/*
 * A complete application: quantize two float matrices, multiply them on a qmac
 * device, dequantize, and print the error against float.
 *
 *   gemm [DEVICE]      e.g. drm:/dev/accel/accel0, sim:rtl, sim:functional, cpu
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <qmac/qmac.h>

enum {
	M = 48,
	N = 40,
	K = 96
};

static float a[M * K], b[K * N], c[M * N];
static int8_t qa[M * K], qb[K * N];
static int32_t acc[M * N];

/* Quantize a whole tensor with a scale of its own. */
static int quantize(struct qmac_context *context, const float *x, size_t count, int8_t *q,
		    float *scale)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 }; /* symmetric */
	const struct qmac_extent all = { 1, 1, count };
	struct qmac_quant_params params;
	int ret = qmac_quant_minmax(context, &spec, x, &all, QMAC_NAN_ERROR, &params);

	if (ret)
		return ret;
	ret = qmac_quantize(context, &params, &all, x, q, NULL);
	*scale = params.scale[0];
	qmac_quant_params_release(&params);
	return ret;
}

/* Root mean square of the difference to the float product, relative to it. */
static double relative_error(void)
{
	double difference = 0, total = 0;

	for (int i = 0; i < M; i++) {
		for (int j = 0; j < N; j++) {
			double exact = 0;

			for (int k = 0; k < K; k++)
				exact += (double)a[i * K + k] * b[k * N + j];
			difference += pow(c[i * N + j] - exact, 2);
			total += exact * exact;
		}
	}
	return sqrt(difference / total);
}

int main(int argc, char **argv)
{
	const struct qmac_gemm_desc desc = { .m = M,
					     .n = N,
					     .k = K,
					     .a_type = QMAC_TYPE_S8,
					     .b_type = QMAC_TYPE_S8,
					     .preset = QMAC_PRESET_RAW };
	struct qmac_context *context;
	struct qmac_device *device;
	struct qmac_job_result result;
	float a_scale, b_scale;
	int ret;

	for (int i = 0; i < M * K; i++)
		a[i] = sinf(0.37f * (float)i);
	for (int i = 0; i < K * N; i++)
		b[i] = cosf(0.11f * (float)i * (float)(i % 7));

	if (qmac_context_create(&context))
		return 1;
	ret = qmac_device_open(context, argc > 1 ? argv[1] : "auto", &device);
	if (!ret) {
		ret = quantize(context, a, M * K, qa, &a_scale);
		if (!ret)
			ret = quantize(context, b, K * N, qb, &b_scale);
		if (!ret)
			ret = qmac_gemm_run(device, &desc, qa, qb, acc, &result);
		if (!ret)
			ret = qmac_dequantize_acc(context, acc, M, N, a_scale, &b_scale, 1, c);
		if (!ret)
			printf("%s: relative error %.4f, %llu cycles\n",
			       qmac_device_info(device)->name, relative_error(),
			       (unsigned long long)result.cycles);
		qmac_device_close(device);
	}
	if (ret)
		fprintf(stderr, "gemm: %s\n", qmac_context_message(context));
	qmac_context_destroy(context);
	return ret ? 1 : 0;
}
