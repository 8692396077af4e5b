/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_RELEASE_H_
#define _QMAC_RELEASE_H_

struct qmac_device;
struct qmac_job;
struct qmac_mapping;

int qmac_release_setup(void);
void qmac_release_cleanup(void);

int qmac_release_init(struct qmac_device *qdev);
void qmac_release_job(struct qmac_device *qdev, struct qmac_job *job);
void qmac_release_mapping(struct qmac_device *qdev, struct qmac_mapping *mapping);
void qmac_release_flush(struct qmac_device *qdev);

#endif /* _QMAC_RELEASE_H_ */
