// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vfu/handlers.h"

/*
 * A guest can provoke any access, and some clients take an error reply for the
 * start of data. So accesses that no region answers end as on a PCI bus: reads
 * are all ones, writes are dropped, both are counted.
 */

static bool inside(struct vfu_session *session, const struct vfu_region_access *access)
{
	uint64_t size = session->ops->region_size(session->device, access->region);

	if (access->offset <= size && access->count <= size - access->offset)
		return true;
	session->stray++;
	return false;
}

int vfu_handle_region_read(struct vfu_session *session, struct wire_message *message,
			   size_t *reply_size)
{
	uint8_t *reply = wire_out_body(&session->wire);
	struct vfu_region_access access;

	memcpy(&access, message->body, sizeof(access));
	if (access.region >= VFU_NUM_REGIONS)
		return -EINVAL;
	if (access.count > VFU_MAX_DATA)
		return -E2BIG;
	memcpy(reply, &access, sizeof(access));
	reply += sizeof(access);
	if (inside(session, &access))
		session->ops->read(session->device, access.region, access.offset, reply,
				   access.count);
	else
		memset(reply, 0xff, access.count);
	*reply_size = sizeof(access) + access.count;
	return 0;
}

int vfu_handle_region_write(struct vfu_session *session, struct wire_message *message,
			    size_t *reply_size)
{
	struct vfu_region_access access;

	memcpy(&access, message->body, sizeof(access));
	if (access.region >= VFU_NUM_REGIONS || access.count != message->body_size - sizeof(access))
		return -EINVAL;
	if (inside(session, &access))
		session->ops->write(session->device, access.region, access.offset,
				    message->body + sizeof(access), access.count);
	memcpy(wire_out_body(&session->wire), &access, sizeof(access));
	*reply_size = sizeof(access);
	return 0;
}

/* All entries are checked before the first is carried out. */
int vfu_handle_write_multi(struct vfu_session *session, struct wire_message *message,
			   size_t *reply_size)
{
	const uint8_t *entries = message->body + sizeof(struct vfu_write_multi);
	size_t size = message->body_size - sizeof(struct vfu_write_multi);
	size_t count = size / sizeof(struct vfu_multi_entry);
	struct vfu_write_multi multi;
	struct vfu_multi_entry entry;

	memcpy(&multi, message->body, sizeof(multi));
	if (size % sizeof(entry) || multi.count != count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		memcpy(&entry, entries + i * sizeof(entry), sizeof(entry));
		if (entry.region >= VFU_NUM_REGIONS || entry.count > sizeof(entry.data))
			return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		struct vfu_region_access access;

		memcpy(&entry, entries + i * sizeof(entry), sizeof(entry));
		access = (struct vfu_region_access){ entry.offset, entry.region, entry.count };
		if (inside(session, &access))
			session->ops->write(session->device, entry.region, entry.offset, entry.data,
					    entry.count);
	}
	memcpy(wire_out_body(&session->wire), &multi, sizeof(multi));
	*reply_size = sizeof(multi);
	return 0;
}
