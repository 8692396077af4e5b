// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "vfu/handlers.h"

#define DATA_MASK   (VFU_SET_NONE | VFU_SET_BOOL | VFU_SET_EVENTFD)
#define ACTION_MASK (VFU_SET_MASK | VFU_SET_UNMASK | VFU_SET_TRIGGER)

static bool one_bit(uint32_t bits)
{
	return bits && !(bits & (bits - 1));
}

/*
 * Anything else could block when it is written to. An eventfd has an anonymous
 * inode, which has no file type; pipes, sockets and files have one.
 */
static bool is_anonymous(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == 0;
}

static int attach(struct vfu_session *session, const struct vfu_irq_set *set,
		  struct wire_message *message)
{
	/* No descriptor at all detaches; a part of them would be ambiguous. */
	if (message->num_fds && message->num_fds != set->count)
		return -EINVAL;
	for (uint32_t i = 0; i < message->num_fds; i++) {
		if (!is_anonymous(message->fds[i]))
			return -EINVAL;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		int fd = -1;

		if (message->num_fds) {
			fd = message->fds[i];
			message->fds[i] = -1;
		}
		session->ops->irq_attach(session->device, set->index, set->start + i, fd);
	}
	return 0;
}

static void detach_all(struct vfu_session *session, uint32_t index, uint32_t vectors)
{
	for (uint32_t i = 0; i < vectors; i++)
		session->ops->irq_attach(session->device, index, i, -1);
}

static void trigger(struct vfu_session *session, const struct vfu_irq_set *set,
		    const uint8_t *select)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (!select || select[i])
			session->ops->irq_trigger(session->device, set->index, set->start + i);
	}
}

int vfu_handle_set_irqs(struct vfu_session *session, struct wire_message *message,
			size_t *reply_size)
{
	size_t data_size = message->body_size - sizeof(struct vfu_irq_set);
	struct vfu_irq_set set;
	uint32_t vectors, data;

	(void)reply_size;
	memcpy(&set, message->body, sizeof(set));
	data = set.flags & DATA_MASK;
	if (set.argsz < sizeof(set) || (set.flags & ~(DATA_MASK | ACTION_MASK)))
		return -EINVAL;
	if (!one_bit(data) || !one_bit(set.flags & ACTION_MASK) || set.index >= VFU_NUM_IRQS)
		return -EINVAL;
	vectors = session->ops->irq_count(session->device, set.index);
	if (set.start > vectors || set.count > vectors - set.start)
		return -EINVAL;
	if (data_size != (data == VFU_SET_BOOL ? set.count : 0))
		return -EINVAL;
	if (message->num_fds && data != VFU_SET_EVENTFD)
		return -EINVAL;
	/* IRQ_INFO calls no interrupt maskable. */
	if (!(set.flags & VFU_SET_TRIGGER))
		return -EINVAL;
	if (!set.count) {
		if (data != VFU_SET_NONE || set.start)
			return -EINVAL;
		detach_all(session, set.index, vectors);
		return 0;
	}
	if (data == VFU_SET_EVENTFD)
		return attach(session, &set, message);
	trigger(session, &set,
		data == VFU_SET_BOOL ? message->body + sizeof(struct vfu_irq_set) : NULL);
	return 0;
}
