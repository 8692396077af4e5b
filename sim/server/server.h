/* SPDX-License-Identifier: MIT */
/*
 * The event loop: one thread, one client at a time.
 *
 * While the model is idle the loop sleeps in epoll. While it is busy, bursts of
 * cycles alternate with a look at the socket.
 */
#ifndef QMAC_SIM_SERVER_SERVER_H
#define QMAC_SIM_SERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "log/log.h"
#include "pci/function.h"
#include "server/burst.h"
#include "server/listener.h"
#include "vfu/session.h"

enum client_state {
	CLIENT_NONE,
	CLIENT_ACTIVE,
	CLIENT_LEAVING,
	CLIENT_DRAINING,
};

/**
 * struct server - everything the loop knows
 * @log: Messages.
 * @once: Stop when a client that spoke the protocol has gone.
 * @reset_on_disconnect: Reset the function when a client has gone.
 * @listener: Where clients come from.
 * @epoll_fd: Waits for @listener, @signal_fd and the client.
 * @signal_fd: SIGTERM and SIGINT.
 * @function: The device.
 * @session: The client, unless @client is CLIENT_NONE.
 * @client_events: What epoll waits for on the client's socket.
 * @quiet_deadline: When a leaving client is drained because it says no more.
 * @deadline: When the leaving or draining ends in any case. Both monotonic ns.
 * @stopping: Leave the loop as soon as there is no client.
 * @burst: Length of the bursts.
 */
struct server {
	const struct log *log;
	bool once;
	bool reset_on_disconnect;
	struct listener listener;
	int epoll_fd;
	int signal_fd;
	struct pci_function *function;
	struct vfu_session session;
	enum client_state client;
	uint32_t client_events;
	uint64_t quiet_deadline, deadline;
	bool stopping;
	struct burst burst;
};

/*
 * Listen at @path and take over SIGTERM and SIGINT. The function and the log
 * must outlive the server. Returns 0, or -errno after logging the reason.
 */
int server_open(struct server *server, const char *path, struct pci_function *function,
		const struct log *log);

/* Serve until a signal, or with @once the end of a client, stops it. Returns 0 or -errno. */
int server_run(struct server *server);

void server_close(struct server *server);

#endif /* QMAC_SIM_SERVER_SERVER_H */
