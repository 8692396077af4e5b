// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vfu/handlers.h"

static void answer(struct vfu_session *session, const void *body, size_t size, size_t *reply_size)
{
	memcpy(wire_out_body(&session->wire), body, size);
	*reply_size = size;
}

/*
 * argsz is what the client has room for; some count the header too, so only
 * too little is wrong. Answers here never need more than the fixed structure.
 */

int vfu_handle_device_info(struct vfu_session *session, struct wire_message *message,
			   size_t *reply_size)
{
	struct vfu_device_info info;

	memcpy(&info, message->body, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct vfu_device_info){
		.argsz = sizeof(info),
		.flags = VFU_DEVICE_RESETTABLE | VFU_DEVICE_PCI,
		.num_regions = VFU_NUM_REGIONS,
		.num_irqs = VFU_NUM_IRQS,
	};
	answer(session, &info, sizeof(info), reply_size);
	return 0;
}

int vfu_handle_region_info(struct vfu_session *session, struct wire_message *message,
			   size_t *reply_size)
{
	struct vfu_region_info info;
	uint64_t size;

	memcpy(&info, message->body, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFU_NUM_REGIONS)
		return -EINVAL;
	size = session->ops->region_size(session->device, info.index);
	info = (struct vfu_region_info){
		.argsz = sizeof(info),
		.flags = size ? VFU_REGION_READABLE | VFU_REGION_WRITABLE : 0,
		.index = info.index,
		.size = size,
	};
	answer(session, &info, sizeof(info), reply_size);
	return 0;
}

/*
 * NORESIZE is not set: clients may attach vectors one by one without tearing
 * the others down. Nothing is maskable, the client owns the MSI-X table.
 */
int vfu_handle_irq_info(struct vfu_session *session, struct wire_message *message,
			size_t *reply_size)
{
	struct vfu_irq_info info;

	memcpy(&info, message->body, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFU_NUM_IRQS)
		return -EINVAL;
	info = (struct vfu_irq_info){
		.argsz = sizeof(info),
		.index = info.index,
		.count = session->ops->irq_count(session->device, info.index),
	};
	if (info.count)
		info.flags = VFU_IRQ_EVENTFD;
	answer(session, &info, sizeof(info), reply_size);
	return 0;
}

int vfu_handle_reset(struct vfu_session *session, struct wire_message *message, size_t *reply_size)
{
	(void)message, (void)reply_size;
	log_debug(session->log, "device reset");
	session->ops->reset(session->device);
	return 0;
}
