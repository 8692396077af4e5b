/* SPDX-License-Identifier: MIT */
/*
 * A tensor as tiles of consecutive elements whose parameters follow one rule, in
 * memory order, and tiles as strips that the loops over elements can take.
 */
#ifndef QMAC_QUANT_TILE_H
#define QMAC_QUANT_TILE_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/group.h>

/* A strip has as many different parameters, or fewer. */
#define STRIP_PARAMS 1024

/* Element k of a tile has the parameters number @param + k % @columns / @repeat. */
struct tile {
	size_t first, length, param, columns, repeat;
};

struct tiles {
	struct qmac_granularity granularity;
	size_t group;  /* as the granularity's, but not longer than the axis */
	size_t groups; /* on the axis */
	size_t o, g;   /* outer index and group of the next tile */
};

/* @single: one set of parameters for all, whatever @granularity says. */
void tiles_start(struct tiles *tiles, const struct qmac_granularity *granularity, bool single);

/* False after the last tile. */
bool tiles_next(struct tiles *tiles, struct tile *tile);

/*
 * @rows times @count elements of a tile, @pitch elements from row to row. Element i
 * of a row has the parameters number @param + i / @run or, where runs are short and
 * @run is 0, those of column @column + i % @period of the tile.
 */
struct strip {
	size_t first, rows, count, pitch;
	size_t run, param;
	size_t column, period;
};

/* The strip at @column, first 0, which moves on; false after the last. */
bool strip_next(const struct tile *tile, size_t *column, struct strip *strip);

#endif /* QMAC_QUANT_TILE_H */
