/* SPDX-License-Identifier: MIT */
/*
 * In-process host memory for a device model: a pool of 4 KiB pages with bus
 * addresses and access rights of their own.
 *
 * Address space is reserved at once and backed on first touch. A page that is
 * not allocated answers the device with a bus error; a host pointer to it must
 * not be used.
 */
#ifndef QMAC_SIM_POOL_H
#define QMAC_SIM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/model/model.h"

#define QMAC_POOL_PAGE	  4096u
#define QMAC_POOL_VECTORS 4u

/* What the device may do with a page. */
#define QMAC_POOL_READ	(1u << 0)
#define QMAC_POOL_WRITE (1u << 1)
#define QMAC_POOL_RW	(QMAC_POOL_READ | QMAC_POOL_WRITE)

struct qmac_pool;

/* Host operations for qmac_model_ops.create(), with the pool as @host. */
extern const struct qmac_host_ops qmac_pool_ops;

/**
 * qmac_pool_create() - reserve a pool
 * @out: Receives the pool.
 * @base: Bus address of its first byte, multiple of 2 MiB.
 * @size: Bytes, multiple of 2 MiB.
 *
 * Return: 0, -EINVAL for a crooked base or size, -ENOMEM.
 */
int qmac_pool_create(struct qmac_pool **out, uint64_t base, uint64_t size);
void qmac_pool_destroy(struct qmac_pool *pool);

/**
 * qmac_pool_alloc() - allocate zeroed pages that follow each other on the bus
 * @pool: The pool.
 * @size: Bytes, rounded up to pages.
 * @align: Alignment of the bus address, a power of two from 4096 to 2 MiB.
 *
 * The device may read and write them.
 *
 * Return: the bus address, or 0 when no such run is free or @size is 0.
 */
uint64_t qmac_pool_alloc(struct qmac_pool *pool, uint64_t size, uint64_t align);

/* Return pages that qmac_pool_alloc() gave; their memory goes back to the system. */
void qmac_pool_free(struct qmac_pool *pool, uint64_t pa, uint64_t size);

/**
 * qmac_pool_at() - host pointer to a bus address
 *
 * Return: the pointer, or NULL when [@pa, @pa + @len) is not inside the pool.
 */
void *qmac_pool_at(struct qmac_pool *pool, uint64_t pa, uint64_t len);

/* Change what the device may do with allocated pages: 0 or QMAC_POOL_*. */
void qmac_pool_protect(struct qmac_pool *pool, uint64_t pa, uint64_t size, unsigned int access);

/* Number of pulses on @vector since creation. */
uint64_t qmac_pool_interrupts(const struct qmac_pool *pool, unsigned int vector);

#endif /* QMAC_SIM_POOL_H */
