// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vfu/handlers.h"
#include "vfu/json.h"

/*
 * Short on purpose: QEMU receives the reply in the buffer of its request (about
 * 200 bytes) and fails when it is longer. write_multiple is left out because
 * its flag has a wrong value in QEMU 10.1 and 10.2; nothing here would use it.
 */
#define STRINGIFY_(x) #x
#define STRINGIFY(x)  STRINGIFY_(x)
#define MAX_FDS_TEXT  16
#define MAX_DATA_TEXT 1048576
#define CAPABILITIES                                     \
	"{\"capabilities\":{\"max_msg_fds\":" STRINGIFY( \
		MAX_FDS_TEXT) ",\"max_data_xfer_size\":" STRINGIFY(MAX_DATA_TEXT) "}}"

_Static_assert(MAX_FDS_TEXT == WIRE_MAX_FDS, "the announced number of descriptors");
_Static_assert(MAX_DATA_TEXT == VFU_MAX_DATA, "the announced size of transfers");

/* Capabilities that must be numbers when a client states them. */
static const char *const numbers[] = { "max_msg_fds", "max_data_xfer_size", "max_dma_maps",
				       "pgsizes" };

static int check_capabilities(const char *text, size_t size)
{
	const char *caps, *value;
	size_t caps_size, value_size;
	enum json_found found;
	uint64_t number;

	/* A final NUL is part of the message. */
	if (!size || text[size - 1] || !json_valid(text, size - 1))
		return -EINVAL;
	found = json_member(text, size - 1, "capabilities", &caps, &caps_size);
	if (found == JSON_ABSENT)
		return 0;
	if (found != JSON_OBJECT)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		found = json_member(caps, caps_size, numbers[i], &value, &value_size);
		if (found != JSON_ABSENT && !json_u64(value, value_size, &number))
			return -EINVAL;
	}
	return 0;
}

int vfu_handle_version(struct vfu_session *session, struct wire_message *message,
		       size_t *reply_size)
{
	const char *text = (const char *)message->body + sizeof(struct vfu_version);
	size_t text_size = message->body_size - sizeof(struct vfu_version);
	uint8_t *reply = wire_out_body(&session->wire);
	struct vfu_version version;
	int ret;

	memcpy(&version, message->body, sizeof(version));
	if (session->negotiated)
		return -EINVAL;
	if (version.major != VFU_MAJOR) {
		if (!session->refused)
			log_error(session->log, "client speaks vfio-user %u.%u, this server %u.x",
				  version.major, version.minor, VFU_MAJOR);
		return -EINVAL;
	}
	ret = text_size ? check_capabilities(text, text_size) : 0;
	if (ret)
		return ret;
	log_info(session->log, "client speaks vfio-user %u.%u %.*s", version.major, version.minor,
		 (int)(text_size < 512 ? text_size : 512), text);
	if (version.minor > VFU_MINOR)
		version.minor = VFU_MINOR;
	session->negotiated = true;
	memcpy(reply, &version, sizeof(version));
	*reply_size = sizeof(version);
	/* Left out, the protocol's defaults hold, and they are not above our limits. */
	if (text_size >= sizeof(CAPABILITIES)) {
		memcpy(reply + sizeof(version), CAPABILITIES, sizeof(CAPABILITIES));
		*reply_size += sizeof(CAPABILITIES);
	}
	return 0;
}
