// SPDX-License-Identifier: MIT
#include "server/client.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUIET_NS 20000000ull
#define LEAVE_NS 300000000ull
#define DRAIN_NS 1000000000ull

/* Messages served in a row; then a busy model gets its turn. */
#define MESSAGE_BUDGET 16u

static void watch_client(struct server *s, uint32_t events, int operation)
{
	struct epoll_event event = { .events = events, .data.fd = s->session.wire.fd };

	if (operation == EPOLL_CTL_MOD && events == s->client_events)
		return;
	if (epoll_ctl(s->epoll_fd, operation, s->session.wire.fd, &event))
		log_error(s->log, "epoll_ctl: %s", strerror(errno));
	s->client_events = events;
}

/* The client has hung up; what it said before may still be unread. */
static bool is_leaving(const struct server *s)
{
	struct pollfd poll_fd = { .fd = s->session.wire.fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & (POLLRDHUP | POLLHUP));
}

void client_accept(struct server *s)
{
	int fd, ret;

	/* The newcomer waits until its predecessor is gone; epoll tells again. */
	if (s->client != CLIENT_NONE && is_leaving(s))
		return;
	fd = listener_accept(&s->listener);
	if (fd < 0)
		return;
	if (s->client != CLIENT_NONE || s->stopping) {
		log_warning(s->log,
			    "second client turned away: the device serves one VM at a time");
		shutdown(fd, SHUT_WR);
		close(fd);
		return;
	}
	ret = vfu_session_open(&s->session, fd, &pci_function_ops, s->function, s->log);
	if (ret) {
		log_error(s->log, "cannot serve a client: %s", strerror(-ret));
		close(fd);
		return;
	}
	s->client = CLIENT_ACTIVE;
	watch_client(s, EPOLLIN, EPOLL_CTL_ADD);
	log_debug(s->log, "client connected");
}

static void log_session(struct server *s)
{
	const struct pci_counters *c = &s->function->counters;

	log_info(s->log,
		 "client gone after %" PRIu64 " messages (%" PRIu64 " refused, %" PRIu64
		 " outside any region)",
		 s->session.messages, s->session.refused, s->session.stray);
	log_info(s->log,
		 "so far reads=%" PRIu64 " writes=%" PRIu64 " narrow_writes=%" PRIu64
		 " dead_accesses=%" PRIu64 " interrupts=%" PRIu64 " dma_errors=%" PRIu64
		 " resets=%" PRIu64,
		 c->reads, c->writes, c->narrow_writes, c->dead_accesses, s->function->msix.raised,
		 c->dma_errors, c->resets);
}

static void client_end(struct server *s)
{
	/* Others look whether somebody listens; that is no client. */
	bool was_client = s->session.negotiated;

	if (was_client)
		log_session(s);
	vfu_session_close(&s->session);
	s->client = CLIENT_NONE;
	pci_function_disconnect(s->function);
	if (was_client && s->reset_on_disconnect)
		pci_function_reset(s->function);
	if (was_client && s->once)
		s->stopping = true;
}

static void serve_messages(struct server *s)
{
	int ret = vfu_session_serve(&s->session, MESSAGE_BUDGET);

	s->quiet_deadline = monotonic_ns() + QUIET_NS;
	if (!ret) {
		watch_client(s, vfu_session_wants_output(&s->session) ? EPOLLOUT : EPOLLIN,
			     EPOLL_CTL_MOD);
		return;
	}
	if (ret == -EPROTO) {
		log_error(s->log, "client's message has an impossible size, disconnecting");
		client_drain(s);
		return;
	}
	if (ret != -EPIPE)
		log_warning(s->log, "client lost: %s", strerror(-ret));
	client_end(s);
}

static void discard_input(struct server *s)
{
	uint8_t rest[4096];
	ssize_t n;

	/* Descriptors that come with it are closed by the kernel, as we do not ask for them. */
	n = recv(s->session.wire.fd, rest, sizeof(rest), MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		client_end(s);
}

void client_serve(struct server *s)
{
	if (s->client == CLIENT_DRAINING)
		discard_input(s);
	else if (s->client != CLIENT_NONE)
		serve_messages(s);
}

void client_leave(struct server *s)
{
	pci_function_quiesce(s->function);
	s->client = CLIENT_LEAVING;
	s->quiet_deadline = monotonic_ns() + QUIET_NS;
	s->deadline = monotonic_ns() + LEAVE_NS;
}

void client_drain(struct server *s)
{
	pci_function_disconnect(s->function);
	wire_flush(&s->session.wire);
	s->client = CLIENT_DRAINING;
	s->deadline = monotonic_ns() + DRAIN_NS;
	if (shutdown(s->session.wire.fd, SHUT_WR)) {
		client_end(s);
		return;
	}
	watch_client(s, EPOLLIN, EPOLL_CTL_MOD);
}

uint64_t client_deadline(const struct server *s)
{
	if (s->client == CLIENT_LEAVING)
		return s->quiet_deadline < s->deadline ? s->quiet_deadline : s->deadline;
	return s->client == CLIENT_DRAINING ? s->deadline : UINT64_MAX;
}

void client_timeout(struct server *s)
{
	if (monotonic_ns() < client_deadline(s))
		return;
	if (s->client == CLIENT_LEAVING)
		client_drain(s);
	else
		client_end(s);
}
