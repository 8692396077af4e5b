/* SPDX-License-Identifier: MIT */
/*
 * Rows of weights, each of which may take one of two values, brought to where no
 * change of one weight makes the error smaller. Call in the exact environment.
 */
#ifndef QMAC_IMPROVE_DESCENT_H
#define QMAC_IMPROVE_DESCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "improve/lanes.h"

/**
 * struct descent - up to LANES rows at once
 * @k: Weights of a row.
 * @square: [@k, @k] moments of the inputs, symmetric.
 * @limit: Most changes of a row.
 * @d: [@k, LANES] differences of weights and their values.
 * @other: [LANES, @k] differences of weights and their other values.
 * @step: [LANES, @k] what the other value has more; 0 where there is none.
 * @gradient: [LANES, @k] room for @square times the differences.
 * @cost: [LANES, @k] room for the squares of the steps with the diagonal.
 * @start: Receives d^T @square d of each row as it was.
 * @error: Receives that of each row as it is then.
 * @changes: Counted up for each row.
 */
struct descent {
	size_t k;
	const double *square;
	size_t limit;
	double *d, *other, *step, *gradient, *cost;
	double start[LANES], error[LANES];
	size_t changes[LANES];
};

/* @d, @other and @step are taken from where they are to the end. */
void qmac_descent_run(struct descent *descent);

#endif /* QMAC_IMPROVE_DESCENT_H */
