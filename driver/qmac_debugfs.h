/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_DEBUGFS_H_
#define _QMAC_DEBUGFS_H_

struct qmac_device;

void qmac_debugfs_init(struct qmac_device *qdev);

#endif /* _QMAC_DEBUGFS_H_ */
