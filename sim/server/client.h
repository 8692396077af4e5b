/* SPDX-License-Identifier: MIT */
/* The life of a connection: accepted, served, left, drained, closed. */
#ifndef QMAC_SIM_SERVER_CLIENT_H
#define QMAC_SIM_SERVER_CLIENT_H

#include "server/server.h"

/* Someone connects. A second client is turned away. */
void client_accept(struct server *server);

/* The client's socket is readable or writable. */
void client_serve(struct server *server);

/*
 * Begin the end because this process stops. The device is dead from now on:
 * registers read as ones, by which a driver knows. Requests are answered until
 * the client falls silent or a deadline passes, because one that is never
 * answered holds the VM up for QEMU's whole message timeout. Then drain.
 */
void client_leave(struct server *server);

/*
 * The end. Closing at once could lose the VM: QEMU aborts when a reply is
 * followed by a connection reset, and that is what closing a socket with unread
 * input makes. So say goodbye, read until the client has closed too or a
 * deadline passes, then close.
 */
void client_drain(struct server *server);

/* When client_timeout() wants to be called, in monotonic ns; UINT64_MAX for never. */
uint64_t client_deadline(const struct server *server);
void client_timeout(struct server *server);

#endif /* QMAC_SIM_SERVER_CLIENT_H */
