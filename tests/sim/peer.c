// SPDX-License-Identifier: MIT
#include "peer.h"

#include <dirent.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

static const struct log quiet = { .level = LOG_NONE, .prefix = "peer" };

void peer_open(struct peer *peer)
{
	static const struct qmac_model_config config;
	int pair[2];

	memset(peer, 0, sizeof(*peer));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		tap_bail("socketpair: %m");
	peer->fd = pair[0];
	errno = -pci_function_init(&peer->function, &qmac_model_ops, &config, &quiet);
	if (errno)
		tap_bail("pci_function_init: %m");
	errno = -vfu_session_open(&peer->session, pair[1], &pci_function_ops, &peer->function,
				  &quiet);
	if (errno)
		tap_bail("vfu_session_open: %m");
}

void peer_close(struct peer *peer)
{
	vfu_session_close(&peer->session);
	pci_function_fini(&peer->function);
	if (peer->fd >= 0)
		close(peer->fd);
}

static void serve(struct peer *peer)
{
	if (!peer->end)
		peer->end = vfu_session_serve(&peer->session, 1000);
}

void peer_send_raw(struct peer *peer, const void *bytes, size_t size, const int *fds,
		   unsigned int num_fds)
{
	char control[CMSG_SPACE(64 * sizeof(int))] = {};
	struct iovec iov = { .iov_base = (void *)bytes, .iov_len = size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (num_fds) {
		struct cmsghdr *cmsg;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(num_fds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(num_fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, num_fds * sizeof(int));
	}
	while (iov.iov_len) {
		ssize_t n = sendmsg(peer->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN && !peer->end) {
			serve(peer);
			continue;
		}
		if (n < 0)
			return;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
}

uint16_t peer_send(struct peer *peer, uint16_t command, uint32_t flags, const void *body,
		   size_t size, const int *fds, unsigned int num_fds)
{
	struct wire_header header = {
		.id = ++peer->id,
		.command = command,
		.size = sizeof(header) + size,
		.flags = flags,
	};
	uint8_t *message = malloc(sizeof(header) + size);

	if (!message)
		tap_bail("malloc: %m");
	memcpy(message, &header, sizeof(header));
	if (size)
		memcpy(message + sizeof(header), body, size);
	peer_send_raw(peer, message, sizeof(header) + size, fds, num_fds);
	free(message);
	serve(peer);
	return header.id;
}

/* All of @size bytes, or false. */
static bool receive_all(struct peer *peer, void *buf, size_t size)
{
	for (size_t have = 0; have < size;) {
		ssize_t n = recv(peer->fd, (char *)buf + have, size - have, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		if (n < 0 && !vfu_session_wants_output(&peer->session))
			return false;
		if (n > 0)
			have += n;
		serve(peer);
	}
	return true;
}

bool peer_receive(struct peer *peer, struct answer *answer)
{
	struct wire_header *header = &answer->header;

	if (!receive_all(peer, header, sizeof(*header)) || header->size < sizeof(*header))
		return false;
	answer->size = header->size - sizeof(*header);
	return answer->size <= sizeof(answer->body) &&
	       receive_all(peer, answer->body, answer->size);
}

int peer_call(struct peer *peer, uint16_t command, const void *body, size_t size, const int *fds,
	      unsigned int num_fds, struct answer *answer)
{
	static struct answer scratch;
	uint16_t id = peer_send(peer, command, WIRE_TYPE_COMMAND, body, size, fds, num_fds);
	const struct wire_header *header;

	if (!answer)
		answer = &scratch;
	header = &answer->header;
	if (!peer_receive(peer, answer))
		return -1;
	if (header->id != id || header->command != command)
		return -1;
	if (header->flags == (WIRE_TYPE_REPLY | WIRE_ERROR))
		return header->error && !answer->size ? (int)header->error : -1;
	return header->flags == WIRE_TYPE_REPLY && !header->error ? 0 : -1;
}

int peer_version(struct peer *peer, const char *json)
{
	struct vfu_version version = { .major = 0, .minor = 0 };
	uint8_t body[512];
	size_t size = json ? strlen(json) + 1 : 0;

	memcpy(body, &version, sizeof(version));
	if (json)
		memcpy(body + sizeof(version), json, size);
	return peer_call(peer, VFU_VERSION, body, sizeof(version) + size, NULL, 0, NULL);
}

int peer_map(struct peer *peer, uint64_t address, uint64_t size, uint32_t flags, int fd,
	     uint64_t offset)
{
	struct vfu_dma_map map = { sizeof(map), flags, offset, address, size };

	return peer_call(peer, VFU_DMA_MAP, &map, sizeof(map), &fd, fd >= 0, NULL);
}

int peer_unmap(struct peer *peer, uint64_t address, uint64_t size)
{
	struct vfu_dma_unmap unmap = { sizeof(unmap), 0, address, size };

	return peer_call(peer, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, NULL);
}

int peer_set_irqs(struct peer *peer, uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
		  const int *fds, unsigned int num_fds)
{
	struct vfu_irq_set set = { sizeof(set), flags, index, start, count };

	return peer_call(peer, VFU_DEVICE_SET_IRQS, &set, sizeof(set), fds, num_fds, NULL);
}

int peer_read(struct peer *peer, uint32_t region, uint64_t offset, void *buf, uint32_t size)
{
	static struct answer answer;
	struct vfu_region_access access = { offset, region, size };
	int ret = peer_call(peer, VFU_REGION_READ, &access, sizeof(access), NULL, 0, &answer);

	if (ret)
		return ret;
	if (answer.size != sizeof(access) + size || memcmp(answer.body, &access, sizeof(access)))
		return -1;
	memcpy(buf, answer.body + sizeof(access), size);
	return 0;
}

int peer_write(struct peer *peer, uint32_t region, uint64_t offset, const void *buf, uint32_t size)
{
	struct vfu_region_access access = { offset, region, size };
	uint8_t *body = malloc(sizeof(access) + size);
	int ret;

	memcpy(body, &access, sizeof(access));
	memcpy(body + sizeof(access), buf, size);
	ret = peer_call(peer, VFU_REGION_WRITE, body, sizeof(access) + size, NULL, 0, NULL);
	free(body);
	return ret;
}

uint32_t peer_read32(struct peer *peer, uint32_t region, uint64_t offset)
{
	uint32_t value = 0xdeadbeef;

	peer_read(peer, region, offset, &value, sizeof(value));
	return value;
}

void peer_write32(struct peer *peer, uint32_t region, uint64_t offset, uint32_t value)
{
	peer_write(peer, region, offset, &value, sizeof(value));
}

void peer_write16(struct peer *peer, uint32_t region, uint64_t offset, uint16_t value)
{
	peer_write(peer, region, offset, &value, sizeof(value));
}

int peer_memfd(uint64_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, size))
		tap_bail("memfd: %m");
	return fd;
}

uint8_t *peer_prepare(struct peer *peer)
{
	int fd = peer_memfd(PEER_RAM_SIZE);
	uint8_t *ram = mmap(NULL, PEER_RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (ram == MAP_FAILED)
		tap_bail("mmap: %m");
	if (peer_version(peer, "{}") || peer_map(peer, PEER_RAM, PEER_RAM_SIZE, 3, fd, 0))
		tap_bail("peer_prepare: %m");
	peer_write16(peer, VFU_REGION_CONFIG, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	close(fd);
	return ram;
}

uint64_t peer_events(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

unsigned int peer_count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	if (!dir)
		tap_bail("/proc/self/fd: %m");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
