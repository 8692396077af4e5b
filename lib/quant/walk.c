// SPDX-License-Identifier: MIT
#include "quant/walk.h"

#include <errno.h>

#include "context.h"

size_t qmac_walk_elements(const struct qmac_granularity *granularity)
{
	const struct qmac_extent *extent = &granularity->extent;

	return extent->outer * extent->channels * extent->inner;
}

struct qmac_granularity qmac_walk_channels(const struct qmac_extent *extent)
{
	return (struct qmac_granularity){ .extent = *extent, .group = 1 };
}

int qmac_walk_check(struct qmac_context *context, const struct qmac_granularity *granularity)
{
	if (granularity->group)
		return 0;
	return qmac_fail(context, -EINVAL, "groups of 0: use 1 or more");
}

static size_t groups_of(const struct qmac_granularity *granularity)
{
	size_t channels = granularity->extent.channels, group = granularity->group;

	return channels / group + (channels % group != 0);
}

size_t qmac_granularity_count(const struct qmac_granularity *granularity)
{
	size_t groups = granularity->group ? groups_of(granularity) : 0;

	if (!granularity->blocks)
		return groups;
	return granularity->extent.outer * groups * granularity->extent.inner;
}

size_t qmac_granularity_part(const struct qmac_granularity *granularity, size_t element)
{
	const struct qmac_extent *extent = &granularity->extent;
	size_t inner = element % extent->inner, rest = element / extent->inner;
	size_t group = rest % extent->channels / granularity->group;

	if (!granularity->blocks)
		return group;
	return (rest / extent->channels * groups_of(granularity) + group) * extent->inner + inner;
}

void qmac_walk_start(struct walk *walk, const struct qmac_granularity *granularity, bool single)
{
	*walk = (struct walk){ .granularity = *granularity };
	if (single || (granularity->extent.channels <= granularity->group && !granularity->blocks))
		/* one long run for the inner loop */
		walk->granularity = (struct qmac_granularity){
			.extent = { 1, 1, qmac_walk_elements(granularity) },
			.group = 1,
		};
	walk->groups = groups_of(&walk->granularity);
	if (!qmac_walk_elements(&walk->granularity))
		walk->o = walk->granularity.extent.outer;
}

/* Blocks with something inside the axis: neighbours never share parameters. */
static void next_element(struct walk *walk, struct run *run)
{
	const struct qmac_extent *extent = &walk->granularity.extent;
	size_t group = walk->o * walk->groups + walk->c / walk->granularity.group;

	run->first = (walk->o * extent->channels + walk->c) * extent->inner + walk->i;
	run->length = 1;
	run->param = group * extent->inner + walk->i;
	if (++walk->i < extent->inner)
		return;
	walk->i = 0;
	walk->c++;
}

static void next_group(struct walk *walk, struct run *run)
{
	const struct qmac_granularity *granularity = &walk->granularity;
	const struct qmac_extent *extent = &granularity->extent;
	size_t left = extent->channels - walk->c;
	size_t channels = granularity->group < left ? granularity->group : left;

	run->first = (walk->o * extent->channels + walk->c) * extent->inner;
	run->length = channels * extent->inner;
	run->param =
		walk->c / granularity->group + (granularity->blocks ? walk->o * walk->groups : 0);
	walk->c += channels;
}

bool qmac_walk_next(struct walk *walk, struct run *run)
{
	const struct qmac_granularity *granularity = &walk->granularity;

	if (walk->o == granularity->extent.outer)
		return false;
	if (granularity->blocks && granularity->extent.inner > 1)
		next_element(walk, run);
	else
		next_group(walk, run);
	if (walk->c == granularity->extent.channels) {
		walk->c = 0;
		walk->o++;
	}
	return true;
}
