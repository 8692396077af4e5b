// SPDX-License-Identifier: MIT
#include "pci/dma_guard.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/*
 * The one global of the simulator: a signal handler gets no argument of ours.
 * It runs on the thread that faulted, and tables only change outside accesses.
 */
static struct dma_table *guarded;

static struct dma_map *map_of(const uint8_t *host)
{
	for (struct dma_table *table = guarded; table; table = table->next) {
		for (unsigned int i = 0; i < table->count; i++) {
			struct dma_map *map = &table->maps[i];

			if (map->host && host >= map->host && host < map->host + map->size)
				return map;
		}
	}
	return NULL;
}

/*
 * The whole range is replaced, not one page: it is useless from now on, and
 * pieces of huge pages could not be replaced.
 */
static bool poison(struct dma_map *map)
{
	void *host = mmap(map->host, map->size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);

	map->poisoned = 1;
	return host != MAP_FAILED;
}

static void on_sigbus(int signal, siginfo_t *info, void *context)
{
	struct dma_map *map = map_of(info->si_addr);
	int saved = errno;

	(void)context;
	if (!map || !poison(map)) {
		struct sigaction fatal = { .sa_handler = SIG_DFL };

		/* Not ours: the access repeats and ends the process. */
		sigaction(signal, &fatal, NULL);
	}
	errno = saved;
}

void dma_guard_add(struct dma_table *table)
{
	struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	table->next = guarded;
	guarded = table;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

void dma_guard_remove(struct dma_table *table)
{
	struct dma_table **link = &guarded;

	while (*link && *link != table)
		link = &(*link)->next;
	if (*link)
		*link = table->next;
	table->next = NULL;
}
