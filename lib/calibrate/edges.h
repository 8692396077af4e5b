/* SPDX-License-Identifier: MIT */
/*
 * Histograms between given edges, with the edges that NumPy computes: what the
 * Python tools use. All functions but release want the exact environment.
 */
#ifndef QMAC_CALIBRATE_EDGES_H
#define QMAC_CALIBRATE_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct edges - counts between edges
 * @bins: Bins; 0 when there is no histogram yet.
 * @edge: @bins + 1 edges, ascending. Bin i is edge[i] <= x < edge[i + 1], and
 *   the last bin has its right edge too.
 * @count: @bins counts.
 * @wide: The edges are doubles to NumPy; otherwise they are fp32.
 */
struct edges {
	size_t bins;
	double *edge;
	uint64_t *count;
	bool wide;
};

void edges_release(struct edges *edges);

/* Memory for @bins; the edges are 0. 0 or -ENOMEM. */
int edges_allocate(struct edges *edges, size_t bins);

/*
 * Edges of numpy.histogram(x, bins, range=(first, last)) of fp32 data: linspace in
 * fp32; [first, first] becomes [first - 0.5, first + 0.5]. 0, -ENOMEM, or -ERANGE
 * when fp32 cannot tell the edges apart.
 */
int edges_linspace(struct edges *edges, size_t bins, float first, float last);

/*
 * Edges as far as @greatest: hstack(edge, arange(edge[-1] + w, greatest + w, w)) with
 * w = edge[1] - edge[0]. That of fp32 scalars computes their sums in fp32 but is an
 * array of doubles: the edges become wide. The counts stay. 0, -ENOMEM, or -ERANGE
 * beyond @limit bins.
 */
int edges_extend(struct edges *edges, float greatest, size_t limit);

/* astype(float32) */
void edges_narrow(struct edges *edges);

/* Counts elements or their magnitudes; those outside of all edges are left out. */
void edges_count(struct edges *edges, const float *x, size_t count, bool magnitude);

#endif /* QMAC_CALIBRATE_EDGES_H */
