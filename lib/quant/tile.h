/* SPDX-License-Identifier: MIT */
/*
 * A tensor as tiles of consecutive elements whose parameters follow one rule, in
 * memory order: what the loops over elements are given. Long runs with one set
 * of parameters are tiles of their own; where runs are short, one tile holds as
 * many as the rule allows.
 */
#ifndef QMAC_QUANT_TILE_H
#define QMAC_QUANT_TILE_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/group.h>

/* More columns than this are divided among several passes over the rows. */
#define TILE_COLUMNS 1024

/* Element k of a tile has the parameters number @param + k % @columns / @repeat. */
struct tile {
	size_t first, length, param, columns, repeat;
};

struct tiles {
	struct qmac_granularity granularity;
	size_t group;  /* as the granularity's, but not longer than the axis */
	size_t groups; /* on the axis */
	size_t o, c;   /* first element of the next tile */
	bool whole;    /* the next tile is all */
};

/* @single: one set of parameters for all, whatever @granularity says. */
void tiles_start(struct tiles *tiles, const struct qmac_granularity *granularity, bool single);

/* False after the last tile. */
bool tiles_next(struct tiles *tiles, struct tile *tile);

/* All elements of a tile have the parameters number tile->param. */
static inline bool tile_uniform(const struct tile *tile)
{
	return tile->repeat >= tile->columns;
}

/*
 * A part of a tile: @rows times @count elements, @pitch elements from row to row.
 * Element i of each row has the parameters of column (@column + i % @period).
 */
struct strip {
	size_t first, column, period;
	size_t rows, count, pitch;
};

/*
 * The strip at @column: a tile is those at 0, TILE_COLUMNS, 2 * TILE_COLUMNS and so
 * on below tile->columns. Periods are TILE_COLUMNS or less; where they are less
 * than @count, they are more than half of it.
 */
struct strip tile_strip(const struct tile *tile, size_t column);

#endif /* QMAC_QUANT_TILE_H */
