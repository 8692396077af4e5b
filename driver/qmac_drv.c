// SPDX-License-Identifier: GPL-2.0
/*
 * PCI and DRM entry points: probe and remove, the ioctl table, file operations,
 * DEV_QUERY, power management.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>

#include <drm/drm_accel.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/qmac_accel.h>

#include "compat.h"
#include "qmac_debugfs.h"
#include "qmac_drv.h"
#include "qmac_gem.h"
#include "qmac_job.h"
#include "qmac_release.h"
#include "qmac_vm.h"

#define QMAC_AUTOSUSPEND_MS  500
#define QMAC_SUSPEND_WAIT_MS 10000

/* Copies the smaller of both sizes and zeroes the rest of the caller's structure. */
static int qmac_copy_sized(struct drm_qmac_dev_query *args, const void *src, u32 size)
{
	void __user *dst = u64_to_user_ptr(args->pointer);
	u32 common = min(args->size, size);

	if (args->pointer) {
		if (copy_to_user(dst, src, common))
			return -EFAULT;
		if (args->size > common && clear_user(dst + common, args->size - common))
			return -EFAULT;
	}
	args->size = size;
	return 0;
}

int qmac_ioctl_dev_query(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct qmac_device *qdev = to_qmac(drm);
	struct drm_qmac_dev_query *args = data;

	/* Nothing that we could tell is that large. */
	if (args->pointer && args->size > PAGE_SIZE)
		return -EINVAL;

	switch (args->type) {
	case DRM_QMAC_DEV_QUERY_HW:
		return qmac_copy_sized(args, &qdev->info, sizeof(qdev->info));
	case DRM_QMAC_DEV_QUERY_LIMITS:
		return qmac_copy_sized(args, &qdev->limits, sizeof(qdev->limits));
	default:
		return -EINVAL;
	}
}

static const struct drm_ioctl_desc qmac_ioctls[] = {
	DRM_IOCTL_DEF_DRV(QMAC_DEV_QUERY, qmac_ioctl_dev_query, 0),
	DRM_IOCTL_DEF_DRV(QMAC_BO_CREATE, qmac_ioctl_bo_create, 0),
	DRM_IOCTL_DEF_DRV(QMAC_BO_INFO, qmac_ioctl_bo_info, 0),
	DRM_IOCTL_DEF_DRV(QMAC_BO_MMAP_OFFSET, qmac_ioctl_bo_mmap_offset, 0),
	DRM_IOCTL_DEF_DRV(QMAC_QUEUE_CREATE, qmac_ioctl_queue_create, 0),
	DRM_IOCTL_DEF_DRV(QMAC_QUEUE_DESTROY, qmac_ioctl_queue_destroy, 0),
	DRM_IOCTL_DEF_DRV(QMAC_SUBMIT, qmac_ioctl_submit, 0),
	DRM_IOCTL_DEF_DRV(QMAC_JOB_QUERY, qmac_ioctl_job_query, 0),
};

/*
 * Global names (FLINK) would let root's programs share by guessing; there is no
 * older userspace that needs them.
 */
static bool qmac_ioctl_refused(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	return nr == _IOC_NR(DRM_IOCTL_GEM_FLINK) || nr == _IOC_NR(DRM_IOCTL_GEM_OPEN);
}

static long qmac_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	if (qmac_ioctl_refused(cmd))
		return -EOPNOTSUPP;
	return drm_ioctl(filp, cmd, arg);
}

#ifdef CONFIG_COMPAT
static long qmac_compat_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	if (qmac_ioctl_refused(cmd))
		return -EOPNOTSUPP;
	return drm_compat_ioctl(filp, cmd, arg);
}
#else
#define qmac_compat_ioctl NULL
#endif

/* DRM_ACCEL_FOPS has no show_fdinfo. */
static const struct file_operations qmac_fops = {
	.owner = THIS_MODULE,
	.open = accel_open,
	.release = drm_release,
	.unlocked_ioctl = qmac_ioctl,
	.compat_ioctl = qmac_compat_ioctl,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.mmap = drm_gem_mmap,
	.show_fdinfo = drm_show_fdinfo,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

/*
 * Versions of the uapi:
 * 1.0: first
 */
static const struct drm_driver qmac_driver = {
	.driver_features =
		DRIVER_COMPUTE_ACCEL | DRIVER_GEM | DRIVER_SYNCOBJ | DRIVER_SYNCOBJ_TIMELINE,
	.open = qmac_context_open,
	.postclose = qmac_context_close,
	.show_fdinfo = qmac_context_fdinfo,
	.gem_create_object = qmac_gem_create_object,
	.gem_prime_import = qmac_gem_prime_import,
	.gem_prime_import_sg_table = qmac_gem_prime_import_sg_table,
	.prime_handle_to_fd = qmac_gem_prime_handle_to_fd,
	.ioctls = qmac_ioctls,
	.num_ioctls = ARRAY_SIZE(qmac_ioctls),
	.fops = &qmac_fops,
	.name = "qmac",
	.desc = "qmac INT8 accelerator",
	.major = 1,
	.minor = 0,
};

static u32 field(u32 value, u32 mask)
{
	return (value & mask) >> __ffs(mask);
}

static void qmac_read_info(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	struct drm_qmac_hw_info *info = &qdev->info;
	u32 version = qmac_read(hw, QMAC_REG_VERSION);
	u32 array = qmac_read(hw, QMAC_REG_ARRAY);
	u32 types = qmac_read(hw, QMAC_REG_TYPES);
	u32 requant = qmac_read(hw, QMAC_REG_REQUANT);
	u32 acc = qmac_read(hw, QMAC_REG_ACCUMULATORS);

	info->version_major = field(version, QMAC_VERSION_MAJOR_MASK);
	info->version_minor = field(version, QMAC_VERSION_MINOR_MASK);
	info->model = field(qmac_read(hw, QMAC_REG_MODEL), QMAC_MODEL_KIND_MASK);
	info->kc = field(array, QMAC_ARRAY_KC_MASK);
	info->nc = field(array, QMAC_ARRAY_NC_MASK);
	info->opcodes = qmac_read(hw, QMAC_REG_OPCODES);
	info->cmd_flags = qmac_read(hw, QMAC_REG_FLAGS);
	info->operand_types = field(types, QMAC_TYPES_OPERAND_MASK);
	info->result_types = field(types, QMAC_TYPES_RESULT_MASK);
	info->requant_paths = field(requant, QMAC_REQUANT_PATHS_MASK);
	info->requant_roundings = field(requant, QMAC_REQUANT_ROUNDINGS_MASK);
	info->requant_zp_first = field(requant, QMAC_REQUANT_ZP_FIRST_MASK);
	info->max_dim = qmac_read(hw, QMAC_REG_MAX_DIM);
	info->max_batch = qmac_read(hw, QMAC_REG_MAX_BATCH);
	info->acc_rows = field(acc, QMAC_ACCUMULATORS_ROWS_MASK);
	info->acc_banks = field(acc, QMAC_ACCUMULATORS_BANKS_MASK);
}

static void qmac_set_limits(struct qmac_device *qdev)
{
	/* BO memory is pinned. */
	u64 half_ram = (u64)totalram_pages() << (PAGE_SHIFT - 1);

	qdev->limits = (struct drm_qmac_limits){
		.va_start = QMAC_PT_VA_START,
		.va_end = QMAC_PT_VA_END,
		.max_bo_size = min(QMAC_MAX_BO_SIZE, round_down(half_ram, PAGE_SIZE)),
		.max_cycle_limit = QMAC_MAX_CYCLE_LIMIT,
		.max_commands = min(qmac_read(&qdev->hw, QMAC_REG_MAX_COMMANDS),
				    (u32)QMAC_LIMIT_MAX_COMMANDS),
		.max_jobs = QMAC_MAX_JOBS,
		.max_bos = QMAC_MAX_BOS,
		.max_syncs = QMAC_MAX_SYNCS,
		.max_queues = QMAC_MAX_QUEUES,
		.max_queued_jobs = QMAC_MAX_QUEUED_JOBS,
		.max_job_query = QMAC_MAX_JOB_QUERY,
		.job_history = QMAC_JOB_HISTORY,
	};
}

static int qmac_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	struct qmac_device *qdev;
	int ret;

	qdev = devm_drm_dev_alloc(dev, &qmac_driver, struct qmac_device, drm);
	if (IS_ERR(qdev))
		return PTR_ERR(qdev);
	qdev->pdev = pdev;
	pci_set_drvdata(pdev, qdev);
	INIT_LIST_HEAD(&qdev->bos);
	INIT_LIST_HEAD(&qdev->vms);
	ret = qmac_release_init(qdev);
	if (ret)
		return ret;
	ret = drmm_mutex_init(&qdev->drm, &qdev->bo_lock);
	if (ret)
		return ret;
	ret = drmm_mutex_init(&qdev->drm, &qdev->vm_lock);
	if (ret)
		return ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot enable the PCI device\n");
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(56));
	if (ret)
		return dev_err_probe(dev, ret, "no 56-bit DMA\n");
	/* Page tables do not care how long a segment is. */
	dma_set_max_seg_size(dev, UINT_MAX);

	ret = qmac_hw_probe(qdev);
	if (ret)
		return ret;
	ret = qmac_sched_init(qdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot start the scheduler\n");

	pci_set_master(pdev);
	ret = qmac_hw_start(qdev);
	if (ret) {
		dev_err_probe(dev, ret, "the device does not start\n");
		goto err_master;
	}
	qmac_read_info(qdev);
	qmac_set_limits(qdev);
	ret = qmac_irq_init(qdev);
	if (ret) {
		dev_err_probe(dev, ret, "cannot set up MSI-X\n");
		goto err_hw;
	}

	/* Allowed by writing "auto" to power/control, as for any PCI device. */
	pm_runtime_set_autosuspend_delay(dev, QMAC_AUTOSUSPEND_MS);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_put_noidle(dev);

	qmac_debugfs_init(qdev);
	ret = drm_dev_register(&qdev->drm, 0);
	if (ret) {
		dev_err_probe(dev, ret, "cannot register with DRM\n");
		goto err_pm;
	}
	drm_info(&qdev->drm, "%ux%u array, %s, version %u.%u\n", qdev->info.kc, qdev->info.nc,
		 qdev->info.model == 2 ? "functional model" : "RTL", qdev->info.version_major,
		 qdev->info.version_minor);
	return 0;

err_pm:
	pm_runtime_get_noresume(dev);
err_hw:
	qmac_hw_remove(qdev);
err_master:
	pci_clear_master(pdev);
	return ret;
}

static void qmac_remove(struct pci_dev *pdev)
{
	struct qmac_device *qdev = pci_get_drvdata(pdev);
	struct device *dev = &pdev->dev;

	/* Waits for those who map memory or make address spaces. */
	drm_dev_unplug(&qdev->drm);

	pm_runtime_get_sync(dev);
	pm_runtime_dont_use_autosuspend(dev);

	/* From here on the device touches no memory, and jobs fail by themselves. */
	qmac_hw_remove(qdev);
	pci_clear_master(pdev);

	/* Mappings that wait to be freed hold page tables that qmac_vm_remove() does not see. */
	qmac_vm_remove(qdev);
	qmac_release_flush(qdev);
	qmac_gem_remove(qdev);
}

static void qmac_shutdown(struct pci_dev *pdev)
{
	struct qmac_device *qdev = pci_get_drvdata(pdev);

	drm_dev_unplug(&qdev->drm);
	qmac_hw_remove(qdev);
	pci_clear_master(pdev);
}

static int qmac_pm_runtime_suspend(struct device *dev)
{
	struct qmac_device *qdev = dev_get_drvdata(dev);

	/* Every job holds a reference: the ring is empty. */
	return qmac_hw_stop(qdev, 0);
}

static int qmac_pm_runtime_resume(struct device *dev)
{
	struct qmac_device *qdev = dev_get_drvdata(dev);

	return qmac_hw_start(qdev);
}

/* Resets may come in between, and leave the scheduler as it is. */
static void qmac_pm_set_asleep(struct qmac_device *qdev, bool asleep)
{
	struct qmac_hw *hw = &qdev->hw;

	mutex_lock(&hw->reset_lock);
	hw->asleep = asleep;
	if (asleep)
		drm_sched_wqueue_stop(qdev->sched);
	else
		drm_sched_wqueue_start(qdev->sched);
	mutex_unlock(&hw->reset_lock);
}

static int qmac_pm_suspend(struct device *dev)
{
	struct qmac_device *qdev = dev_get_drvdata(dev);
	int ret;

	qmac_pm_set_asleep(qdev, true);
	if (pm_runtime_active(dev)) {
		ret = qmac_hw_stop(qdev, msecs_to_jiffies(QMAC_SUSPEND_WAIT_MS));
		if (ret)
			goto err_start;
	}
	ret = pm_runtime_force_suspend(dev);
	if (ret)
		goto err_restart;
	return 0;

err_restart:
	qmac_hw_start(qdev);
err_start:
	qmac_pm_set_asleep(qdev, false);
	return ret;
}

static int qmac_pm_resume(struct device *dev)
{
	struct qmac_device *qdev = dev_get_drvdata(dev);
	int ret;

	ret = pm_runtime_force_resume(dev);
	qmac_pm_set_asleep(qdev, false);
	return ret;
}

/* clang-format off */
static const struct dev_pm_ops qmac_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(qmac_pm_suspend, qmac_pm_resume)
	RUNTIME_PM_OPS(qmac_pm_runtime_suspend, qmac_pm_runtime_resume, NULL)
};

/* clang-format on */

static const struct pci_error_handlers qmac_err_handlers = {
	.reset_prepare = qmac_reset_prepare,
	.reset_done = qmac_reset_done,
};

static const struct pci_device_id qmac_pci_ids[] = {
	{ PCI_DEVICE(QMAC_PCI_VENDOR_ID, QMAC_PCI_DEVICE_ID) },
	{},
};
MODULE_DEVICE_TABLE(pci, qmac_pci_ids);

static struct pci_driver qmac_pci_driver = {
	.name = "qmac",
	.id_table = qmac_pci_ids,
	.probe = qmac_probe,
	.remove = qmac_remove,
	.shutdown = qmac_shutdown,
	.err_handler = &qmac_err_handlers,
	.driver.pm = pm_ptr(&qmac_pm_ops),
};

static int __init qmac_init(void)
{
	int ret;

	ret = qmac_release_setup();
	if (ret)
		return ret;
	ret = pci_register_driver(&qmac_pci_driver);
	if (ret)
		qmac_release_cleanup();
	return ret;
}
module_init(qmac_init);

static void __exit qmac_exit(void)
{
	pci_unregister_driver(&qmac_pci_driver);
	qmac_release_cleanup();
}
module_exit(qmac_exit);

MODULE_AUTHOR("qmac developers");
MODULE_DESCRIPTION("qmac INT8 accelerator");
MODULE_LICENSE("GPL");
QMAC_IMPORT_NS("DMA_BUF");
