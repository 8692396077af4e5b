// SPDX-License-Identifier: MIT
#include "quant/tile.h"

#include "quant/walk.h"
#include "simd/kernels.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void tiles_start(struct tiles *tiles, const struct qmac_granularity *granularity, bool single)
{
	const struct qmac_extent *extent = &granularity->extent;
	size_t total = qmac_walk_elements(granularity);

	*tiles = (struct tiles){ .granularity = *granularity };
	if (!total) {
		tiles->o = extent->outer;
		return;
	}
	if (single || (extent->channels <= granularity->group && !granularity->blocks))
		tiles->granularity =
			(struct qmac_granularity){ .extent = { 1, 1, total }, .group = 1 };
	tiles->group = least(granularity->group, tiles->granularity.extent.channels);
	tiles->groups = (tiles->granularity.extent.channels - 1) / tiles->group + 1;
}

/* Blocks with something inside the axis: a row of parameters for each. */
static void next_block(struct tiles *tiles, struct tile *tile)
{
	const struct qmac_extent *extent = &tiles->granularity.extent;
	size_t c = tiles->g * tiles->group;

	*tile = (struct tile){
		.first = (tiles->o * extent->channels + c) * extent->inner,
		.length = least(tiles->group, extent->channels - c) * extent->inner,
		.param = (tiles->o * tiles->groups + tiles->g) * extent->inner,
		.columns = extent->inner,
		.repeat = 1,
	};
	if (++tiles->g == tiles->groups) {
		tiles->g = 0;
		tiles->o++;
	}
}

bool tiles_next(struct tiles *tiles, struct tile *tile)
{
	const struct qmac_extent *extent = &tiles->granularity.extent;
	size_t row = extent->channels * extent->inner;

	if (tiles->o == extent->outer)
		return false;
	if (tiles->granularity.blocks && extent->inner > 1) {
		next_block(tiles, tile);
		return true;
	}
	*tile = (struct tile){ .length = extent->outer * row,
			       .columns = row,
			       .repeat = tiles->group * extent->inner };
	if (tiles->granularity.blocks && row % tiles->group == 0) {
		tile->columns = tile->length; /* without tails they go on from row to row */
	} else if (tiles->granularity.blocks) {
		tile->first = tiles->o * row;
		tile->length = row;
		tile->param = tiles->o++ * tiles->groups;
		return true;
	}
	tiles->o = extent->outer;
	return true;
}

/* Rows of a period: no fewer than a block, if possible aligned to a vector. */
static size_t rows_of(size_t columns, size_t rows)
{
	size_t most = least(STRIP_PARAMS / columns, rows), n = 1;

	while (n * columns % 16 && 2 * n <= most)
		n *= 2;
	while (n * columns < 4 * SIMD_BLOCK && 2 * n <= most)
		n *= 2;
	return n * columns < SIMD_BLOCK ? most : n;
}

/* Short runs that the loops take, in rows that are not better made one. */
static bool by_runs(const struct tile *tile, size_t rows)
{
	return simd_runs(tile->repeat) && (rows == 1 || tile->columns > STRIP_PARAMS);
}

bool strip_next(const struct tile *tile, size_t *column, struct strip *strip)
{
	size_t rows = tile->length / tile->columns, left = tile->columns - *column;

	if (!left)
		return false;
	*strip = (struct strip){
		.first = tile->first + *column,
		.rows = rows,
		.pitch = tile->columns,
	};
	if (tile->repeat >= SIMD_BLOCK || tile->repeat >= tile->columns || by_runs(tile, rows)) {
		strip->run = tile->repeat;
		strip->param = tile->param + *column / tile->repeat;
		strip->count =
			left / tile->repeat < STRIP_PARAMS ? left : STRIP_PARAMS * tile->repeat;
	} else if (tile->columns <= STRIP_PARAMS) {
		/* rows without gaps: one long row */
		strip->rows = 1;
		strip->count = tile->length;
		strip->period = tile->columns * rows_of(tile->columns, rows);
		left = strip->pitch;
	} else {
		strip->column = *column;
		strip->count = strip->period = least(STRIP_PARAMS, left);
	}
	*column += least(strip->count, left);
	return true;
}
