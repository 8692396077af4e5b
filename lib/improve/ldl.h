/* SPDX-License-Identifier: MIT */
/*
 * H = L^T D L of damped second moments, L unit lower triangular, D diagonal.
 *
 * With d the differences of a row's weights, d^T H d is the sum over i of
 * D[i] (d[i] + sum over j < i of L[i][j] d[j])^2: once d[0] to d[i - 1] are
 * settled, the best d[i] is minus that inner sum.
 */
#ifndef QMAC_IMPROVE_LDL_H
#define QMAC_IMPROVE_LDL_H

#include <qmac/improve.h>

/**
 * qmac_ldl_make() - factor the moments
 * @context: Receives messages.
 * @moments: What to factor. The mean of the diagonal is that of the inputs that
 *   were not always 0; those that were are as if they had nothing to do with others.
 * @damping: As in struct qmac_gptq_options.
 * @order: The inputs in the order to settle them in; NULL for their own.
 * @out: Receives [k, k] numbers, L below the diagonal; free() it.
 *
 * Return: 0, -EDOM (not positive definite), -ENOMEM.
 */
int qmac_ldl_make(struct qmac_context *context, const struct qmac_moments *moments, double damping,
		  const size_t *order, double **out);

#endif /* QMAC_IMPROVE_LDL_H */
