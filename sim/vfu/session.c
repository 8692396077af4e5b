// SPDX-License-Identifier: MIT
#include "vfu/session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "vfu/handlers.h"

/* A client that only makes mistakes must not fill the disk with our log. */
#define MAX_COMPLAINTS 20u

struct command {
	const char *name;
	vfu_handler *handler;
	size_t min_body, max_body;
	unsigned int max_fds;
};

/* Bodies of exactly one structure, or of one with data behind it. */
#define FIXED(type)			    sizeof(struct type), sizeof(struct type)
#define OPEN(type)			    sizeof(struct type), VFU_MAX_BODY
#define EMPTY				    0, 0
#define ANY				    0, VFU_MAX_BODY
#define COMMAND(number, handler, body, fds) [VFU_##number] = { #number, handler, body, fds }

static const struct command commands[] = {
	COMMAND(VERSION, vfu_handle_version, OPEN(vfu_version), 0),
	COMMAND(DMA_MAP, vfu_handle_dma_map, FIXED(vfu_dma_map), 1),
	COMMAND(DMA_UNMAP, vfu_handle_dma_unmap, OPEN(vfu_dma_unmap), 0),
	COMMAND(DEVICE_GET_INFO, vfu_handle_device_info, FIXED(vfu_device_info), 0),
	COMMAND(DEVICE_GET_REGION_INFO, vfu_handle_region_info, FIXED(vfu_region_info), 0),
	COMMAND(DEVICE_GET_REGION_IO_FDS, vfu_handle_unsupported, ANY, WIRE_MAX_FDS),
	COMMAND(DEVICE_GET_IRQ_INFO, vfu_handle_irq_info, FIXED(vfu_irq_info), 0),
	COMMAND(DEVICE_SET_IRQS, vfu_handle_set_irqs, OPEN(vfu_irq_set), WIRE_MAX_FDS),
	COMMAND(REGION_READ, vfu_handle_region_read, FIXED(vfu_region_access), 0),
	COMMAND(REGION_WRITE, vfu_handle_region_write, OPEN(vfu_region_access), 0),
	COMMAND(DEVICE_RESET, vfu_handle_reset, EMPTY, 0),
	COMMAND(REGION_WRITE_MULTI, vfu_handle_write_multi, OPEN(vfu_write_multi), 0),
	COMMAND(DEVICE_FEATURE, vfu_handle_unsupported, ANY, WIRE_MAX_FDS),
	COMMAND(MIG_DATA_READ, vfu_handle_unsupported, ANY, WIRE_MAX_FDS),
	COMMAND(MIG_DATA_WRITE, vfu_handle_unsupported, ANY, WIRE_MAX_FDS),
};

int vfu_handle_unsupported(struct vfu_session *session, struct wire_message *message,
			   size_t *reply_size)
{
	(void)session, (void)message, (void)reply_size;
	return -EOPNOTSUPP;
}

int vfu_session_open(struct vfu_session *session, int fd, const struct vfu_device_ops *ops,
		     void *device, const struct log *log)
{
	memset(session, 0, sizeof(*session));
	session->ops = ops;
	session->device = device;
	session->log = log;
	return wire_open(&session->wire, fd, VFU_MAX_BODY);
}

void vfu_session_close(struct vfu_session *session)
{
	wire_close(&session->wire);
}

static const struct command *find_command(uint16_t number)
{
	if (number >= sizeof(commands) / sizeof(commands[0]) || !commands[number].handler)
		return NULL;
	return &commands[number];
}

static int carry_out(struct vfu_session *session, struct wire_message *message, size_t *reply_size)
{
	const struct command *command = find_command(message->header.command);

	if ((message->header.flags & WIRE_TYPE_MASK) != WIRE_TYPE_COMMAND)
		return -EINVAL;
	if (!command)
		return -ENOSYS;
	if (message->oversized)
		return -E2BIG;
	if (!session->negotiated && message->header.command != VFU_VERSION)
		return -EINVAL;
	if (message->body_size < command->min_body || message->body_size > command->max_body)
		return -EINVAL;
	if (message->fds_lost || message->num_fds > command->max_fds)
		return -EINVAL;
	return command->handler(session, message, reply_size);
}

static void complain(struct vfu_session *session, const struct wire_message *message, int error)
{
	const struct command *command = find_command(message->header.command);

	session->refused++;
	if (session->refused > MAX_COMPLAINTS)
		return;
	log_warning(session->log,
		    "client's command %u (%s, %u bytes, %u descriptors) refused: %s%s",
		    message->header.command, command ? command->name : "unknown",
		    message->header.size, message->num_fds, strerror(-error),
		    session->refused == MAX_COMPLAINTS ? "; further ones are not logged" : "");
}

static int serve_one(struct vfu_session *session, struct wire_message *message)
{
	struct wire_header reply = {
		.id = message->header.id,
		.command = message->header.command,
		.flags = WIRE_TYPE_REPLY,
	};
	size_t reply_size = 0;
	int error;

	session->messages++;
	/* We send no commands, so there is nothing to answer; a reply to it could start a loop. */
	if ((message->header.flags & WIRE_TYPE_MASK) == WIRE_TYPE_REPLY) {
		complain(session, message, -EINVAL);
		return 0;
	}
	error = carry_out(session, message, &reply_size);
	if (error) {
		complain(session, message, error);
		reply.flags |= WIRE_ERROR;
		reply.error = -error;
		reply_size = 0;
	}
	if (message->header.flags & WIRE_NO_REPLY)
		return 0;
	return wire_send(&session->wire, &reply, reply_size);
}

int vfu_session_serve(struct vfu_session *session, unsigned int budget)
{
	int ret = wire_flush(&session->wire);

	while (!ret && budget-- && !wire_out_pending(&session->wire)) {
		struct wire_message *message;

		ret = wire_receive(&session->wire, &message);
		if (ret <= 0)
			break;
		ret = serve_one(session, message);
		wire_release(&session->wire);
	}
	return ret;
}
