// SPDX-License-Identifier: MIT
#include "server/server.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server/client.h"

static int open_signals(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int watch(struct server *s, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

int server_open(struct server *s, const char *path, struct pci_function *function,
		const struct log *log)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->function = function;
	s->log = log;
	burst_init(&s->burst);
	ret = listener_open(&s->listener, path, log);
	if (ret)
		return ret;
	s->signal_fd = open_signals();
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->signal_fd < 0 || s->epoll_fd < 0 || watch(s, s->signal_fd) ||
	    watch(s, s->listener.fd)) {
		ret = -errno;
		log_error(log, "cannot set up the event loop: %s", strerror(-ret));
		server_close(s);
	}
	return ret;
}

void server_close(struct server *s)
{
	if (s->client != CLIENT_NONE)
		vfu_session_close(&s->session);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
	listener_close(&s->listener);
}

/* The first signal is polite to the client, the second is not. */
static void on_signal(struct server *s)
{
	struct signalfd_siginfo info;

	if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	log_info(s->log, "%s, stopping", strsignal(info.ssi_signo));
	if (s->stopping) {
		if (s->client == CLIENT_LEAVING)
			client_drain(s);
		s->deadline = 0;
	} else if (s->client == CLIENT_ACTIVE) {
		client_leave(s);
	}
	s->stopping = true;
}

static void on_event(struct server *s, int fd)
{
	if (fd == s->signal_fd)
		on_signal(s);
	else if (fd == s->listener.fd)
		client_accept(s);
	else if (s->client != CLIENT_NONE && fd == s->session.wire.fd)
		client_serve(s);
}

static bool busy(const struct server *s)
{
	return !s->stopping && pci_function_busy(s->function);
}

static int wait_ms(const struct server *s)
{
	uint64_t deadline = client_deadline(s), now;

	if (busy(s))
		return 0;
	if (deadline == UINT64_MAX)
		return -1;
	now = monotonic_ns();
	return now < deadline ? (deadline - now) / 1000000 + 1 : 0;
}

static void run_burst(struct server *s)
{
	uint64_t start = monotonic_ns();
	uint64_t cycles = pci_function_run(s->function, s->burst.budget);

	burst_account(&s->burst, cycles, monotonic_ns() - start, !pci_function_busy(s->function));
}

int server_run(struct server *s)
{
	while (!s->stopping || s->client != CLIENT_NONE) {
		struct epoll_event events[4];
		int n = epoll_wait(s->epoll_fd, events, 4, wait_ms(s));

		if (n < 0 && errno != EINTR) {
			log_error(s->log, "epoll_wait: %s", strerror(errno));
			return -errno;
		}
		for (int i = 0; i < n; i++)
			on_event(s, events[i].data.fd);
		if (client_deadline(s) != UINT64_MAX)
			client_timeout(s);
		if (busy(s))
			run_burst(s);
	}
	return 0;
}
