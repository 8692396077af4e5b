/* SPDX-License-Identifier: MIT */
/*
 * Matrix products. Part of simd/loops.h and, with simd/vector_any.h, of
 * simd/scalar.c. Vectors are no wider than the registers: gcc passes wider ones
 * through memory, which is 50 times as slow.
 */

/* A tile of results stays in registers while k runs. */
#define PRODUCT_ROWS  4
#define PRODUCT_WIDTH (2 * LANES)

/* Rows of B at a time: a panel of them stays in the first cache. */
#define PRODUCT_DEPTH 128

/* From so many rows of A on a panel of B is worth a copy, which then lies dense. */
#define PRODUCT_COPIED_ROWS 16

/* c += a * b for a tile; product and sum are rounded each. @rows is known when this is compiled. */
VECTOR void product_tile(unsigned int rows, size_t k, const float *a, size_t a_stride,
			 const float *b, size_t b_stride, float *c, size_t c_stride)
{
	vfloat sum[PRODUCT_ROWS][2];
	unsigned int r;
	size_t p;

	for (r = 0; r < rows; r++) {
		sum[r][0] = load(c + r * c_stride);
		sum[r][1] = load(c + r * c_stride + LANES);
	}
	for (p = 0; p < k; p++, b += b_stride) {
		const vfloat left = load(b), right = load(b + LANES);

		for (r = 0; r < rows; r++) {
			const vfloat x = splat(a[r * a_stride + p]);

			sum[r][0] = add(sum[r][0], mul(x, left));
			sum[r][1] = add(sum[r][1], mul(x, right));
		}
	}
	for (r = 0; r < rows; r++) {
		store(c + r * c_stride, sum[r][0]);
		store(c + r * c_stride + LANES, sum[r][1]);
	}
}

TARGET static void product_rows(size_t k, const float *a, size_t a_stride, const float *b,
				size_t b_stride, float *c, size_t c_stride)
{
	product_tile(PRODUCT_ROWS, k, a, a_stride, b, b_stride, c, c_stride);
}

TARGET static void product_row(size_t k, const float *a, const float *b, size_t b_stride, float *c)
{
	product_tile(1, k, a, 0, b, b_stride, c, 0);
}

/* Some of the rows of B, from a column on: as many columns as a tile has, or all that are left. */
struct product_panel {
	size_t column, width, row, depth;
	const float *b;
	size_t b_stride;
};

/* Columns beyond the last are 0. */
static void product_copy(const struct simd_product *product, struct product_panel *panel, float *to)
{
	const size_t stride = product->b_stride;
	const float *b = product->b_transposed ? product->b + panel->column * stride + panel->row
					       : product->b + panel->row * stride + panel->column;
	size_t i, j;

	for (i = 0; i < panel->depth; i++) {
		float *row = to + i * PRODUCT_WIDTH;

		if (product->b_transposed)
			for (j = 0; j < panel->width; j++)
				row[j] = b[j * stride + i];
		else if (panel->width == PRODUCT_WIDTH) /* a size that the compiler knows */
			memcpy(row, b + i * stride, PRODUCT_WIDTH * sizeof(*row));
		else
			memcpy(row, b + i * stride, panel->width * sizeof(*row));
		for (j = panel->width; j < PRODUCT_WIDTH; j++)
			row[j] = 0;
	}
	panel->b = to;
	panel->b_stride = PRODUCT_WIDTH;
}

/* Up to PRODUCT_ROWS rows of A from @a on; a tile that is not full goes through a full one. */
static void product_some(const struct simd_product *product, const struct product_panel *panel,
			 const float *a, float *c, size_t rows)
{
	float tile[PRODUCT_ROWS * PRODUCT_WIDTH];
	const bool full = panel->width == PRODUCT_WIDTH;
	float *to = full ? c : tile;
	size_t to_stride = full ? product->c_stride : PRODUCT_WIDTH, r;

	for (r = 0; !full && r < rows; r++)
		memcpy(tile + r * PRODUCT_WIDTH, c + r * product->c_stride,
		       panel->width * sizeof(*tile));
	if (rows == PRODUCT_ROWS)
		product_rows(panel->depth, a, product->a_stride, panel->b, panel->b_stride, to,
			     to_stride);
	for (r = 0; rows < PRODUCT_ROWS && r < rows; r++)
		product_row(panel->depth, a + r * product->a_stride, panel->b, panel->b_stride,
			    to + r * to_stride);
	for (r = 0; !full && r < rows; r++)
		memcpy(c + r * product->c_stride, tile + r * PRODUCT_WIDTH,
		       panel->width * sizeof(*tile));
}

static void product_add(const struct simd_product *product, size_t column, size_t row)
{
	float copy[PRODUCT_DEPTH * PRODUCT_WIDTH];
	struct product_panel panel = {
		.column = column,
		.width = product->n - column < PRODUCT_WIDTH ? product->n - column : PRODUCT_WIDTH,
		.row = row,
		.depth = product->k - row < PRODUCT_DEPTH ? product->k - row : PRODUCT_DEPTH,
		.b = product->b + row * product->b_stride + column,
		.b_stride = product->b_stride,
	};
	const float *a = product->a + row;
	float *c = product->c + column;
	size_t i, rows;

	if (product->b_transposed || panel.width < PRODUCT_WIDTH ||
	    product->m >= PRODUCT_COPIED_ROWS)
		product_copy(product, &panel, copy);
	for (i = 0; i < product->m; i += rows) {
		rows = product->m - i < PRODUCT_ROWS ? product->m - i : PRODUCT_ROWS;
		product_some(product, &panel, a + i * product->a_stride, c + i * product->c_stride,
			     rows);
	}
}

static void product(const struct simd_product *product)
{
	size_t i, column, row;

	for (i = 0; i < product->m; i++)
		memset(product->c + i * product->c_stride, 0, product->n * sizeof(*product->c));
	for (column = 0; column < product->n; column += PRODUCT_WIDTH)
		for (row = 0; row < product->k; row += PRODUCT_DEPTH)
			product_add(product, column, row);
}
