// SPDX-License-Identifier: MIT
#include "quant/tile.h"

#include "quant/walk.h"

/* As a tile of its own a run this long is faster than among others. */
#define LONG_RUN 32

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void tiles_start(struct tiles *tiles, const struct qmac_granularity *granularity, bool single)
{
	const struct qmac_extent *extent = &granularity->extent;
	size_t channels = extent->channels, group = least(granularity->group, channels);
	size_t total = qmac_walk_elements(granularity);

	*tiles = (struct tiles){ .granularity = *granularity, .group = group };
	if (!total) {
		tiles->o = extent->outer;
		return;
	}
	tiles->groups = channels / group + (channels % group != 0);
	if (single || (channels <= group && !granularity->blocks)) {
		tiles->granularity = (struct qmac_granularity){ .extent = { 1, 1, total } };
		tiles->group = tiles->groups = 1;
	} else if (!granularity->blocks) {
		tiles->whole = group * extent->inner < LONG_RUN;
	} else {
		/* Blocks without tails follow each other all over the tensor. */
		tiles->whole = extent->inner == 1 && group < LONG_RUN && channels % group == 0;
	}
}

/* Short runs that follow one rule from end to end. */
static void next_whole(struct tiles *tiles, struct tile *tile)
{
	const struct qmac_granularity *granularity = &tiles->granularity;
	const struct qmac_extent *extent = &granularity->extent;

	*tile = (struct tile){
		.length = qmac_walk_elements(granularity),
		.columns = extent->channels * extent->inner,
		.repeat = tiles->group * extent->inner,
	};
	if (granularity->blocks)
		tile->columns = tile->length;
	tiles->o = extent->outer;
}

/* Short blocks with a tail: one row. */
static void next_row(struct tiles *tiles, struct tile *tile)
{
	size_t channels = tiles->granularity.extent.channels;

	*tile = (struct tile){
		.first = tiles->o * channels,
		.length = channels,
		.param = tiles->o * tiles->groups,
		.columns = channels,
		.repeat = tiles->group,
	};
	tiles->o++;
}

/* The channels of a group or a block, with all that is inside. */
static void next_group(struct tiles *tiles, struct tile *tile)
{
	const struct qmac_granularity *granularity = &tiles->granularity;
	const struct qmac_extent *extent = &granularity->extent;
	size_t channels = least(tiles->group, extent->channels - tiles->c);

	*tile = (struct tile){
		.first = (tiles->o * extent->channels + tiles->c) * extent->inner,
		.length = channels * extent->inner,
		.param = tiles->c / tiles->group,
	};
	tile->columns = tile->repeat = tile->length;
	if (granularity->blocks) {
		tile->param = (tiles->o * tiles->groups + tile->param) * extent->inner;
		tile->columns = extent->inner;
		tile->repeat = 1;
	}
	if (granularity->blocks && extent->inner == 1)
		tile->columns = tile->repeat = tile->length;
	tiles->c += channels;
	if (tiles->c == extent->channels) {
		tiles->c = 0;
		tiles->o++;
	}
}

bool tiles_next(struct tiles *tiles, struct tile *tile)
{
	const struct qmac_granularity *granularity = &tiles->granularity;

	if (tiles->o == granularity->extent.outer)
		return false;
	if (tiles->whole)
		next_whole(tiles, tile);
	else if (granularity->blocks && granularity->extent.inner == 1 && tiles->group < LONG_RUN)
		next_row(tiles, tile);
	else
		next_group(tiles, tile);
	return true;
}

struct strip tile_strip(const struct tile *tile, size_t column)
{
	size_t columns = tile->columns, rows = tile->length / columns;

	if (columns <= TILE_COLUMNS)
		return (struct strip){
			.first = tile->first,
			.period = columns * least(TILE_COLUMNS / columns, rows),
			.rows = 1,
			.count = tile->length,
		};
	columns = least(TILE_COLUMNS, columns - column);
	return (struct strip){
		.first = tile->first + column,
		.column = column,
		.period = columns,
		.rows = rows,
		.count = columns,
		.pitch = tile->columns,
	};
}
