// SPDX-License-Identifier: MIT
#include "pci/interrupts.h"

#include <poll.h>
#include <unistd.h>

void interrupts_init(struct interrupts *irqs, unsigned int count)
{
	*irqs = (struct interrupts){ .count = count };
	for (unsigned int i = 0; i < INTERRUPTS_MAX; i++)
		irqs->eventfd[i] = -1;
}

/*
 * The client may have given a blocking eventfd, and O_NONBLOCK is not ours to
 * change as the file is shared. When there is no room the counter is not zero,
 * so the client has a signal to see anyway.
 */
static void signal_eventfd(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	const uint64_t one = 1;

	if (poll(&poll_fd, 1, 0) != 1 || !(poll_fd.revents & POLLOUT))
		return;
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

void interrupts_attach(struct interrupts *irqs, unsigned int vector, int fd)
{
	if (irqs->eventfd[vector] >= 0)
		close(irqs->eventfd[vector]);
	irqs->eventfd[vector] = fd;
	if (fd >= 0 && (irqs->pending >> vector & 1)) {
		irqs->pending &= ~(1u << vector);
		signal_eventfd(fd);
	}
}

void interrupts_raise(struct interrupts *irqs, unsigned int vector)
{
	if (vector >= irqs->count)
		return;
	irqs->raised++;
	if (irqs->eventfd[vector] < 0)
		irqs->pending |= 1u << vector;
	else
		signal_eventfd(irqs->eventfd[vector]);
}

void interrupts_detach_all(struct interrupts *irqs)
{
	for (unsigned int i = 0; i < irqs->count; i++)
		interrupts_attach(irqs, i, -1);
}
