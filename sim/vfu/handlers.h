/* SPDX-License-Identifier: MIT */
/*
 * The commands. Each handler gets a message whose body has a permitted size
 * and no more descriptors than permitted. It puts its answer at wire_out_body()
 * and the answer's size in @reply_size, which is 0 before, and returns 0 or the
 * -errno to answer instead.
 */
#ifndef QMAC_SIM_VFU_HANDLERS_H
#define QMAC_SIM_VFU_HANDLERS_H

#include "vfu/protocol.h"
#include "vfu/session.h"

typedef int vfu_handler(struct vfu_session *session, struct wire_message *message,
			size_t *reply_size);

vfu_handler vfu_handle_version;
vfu_handler vfu_handle_dma_map;
vfu_handler vfu_handle_dma_unmap;
vfu_handler vfu_handle_device_info;
vfu_handler vfu_handle_region_info;
vfu_handler vfu_handle_irq_info;
vfu_handler vfu_handle_set_irqs;
vfu_handler vfu_handle_region_read;
vfu_handler vfu_handle_region_write;
vfu_handler vfu_handle_write_multi;
vfu_handler vfu_handle_reset;
vfu_handler vfu_handle_unsupported;

#endif /* QMAC_SIM_VFU_HANDLERS_H */
