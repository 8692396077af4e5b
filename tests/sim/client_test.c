// SPDX-License-Identifier: MIT
/* What QEMU 11.1 and Cloud Hypervisor send, in their order and with their habits. */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "peer.h"
#include "tap.h"

#define CONFIG	 VFU_REGION_CONFIG
#define MSIX_CAP 0x50u

static struct peer peer;
static struct answer answer;

static const char qemu_json[] =
	"{\"capabilities\": {\"pgsizes\": 4096, \"max_msg_fds\": 16, \"max_dma_maps\": 65535, "
	"\"max_data_xfer_size\": 1048576, \"migration\": {\"max_bitmap_size\": 268435456, "
	"\"pgsize\": 4096}, \"write_multiple\": true}}";

/* QEMU receives the reply in the buffer of its request. */
static void qemu_version(void)
{
	uint8_t body[4 + sizeof(qemu_json)] = {};
	const char *text = (const char *)answer.body + 4;

	memcpy(body + 4, qemu_json, sizeof(qemu_json));
	tap_is(peer_call(&peer, VFU_VERSION, body, sizeof(body), NULL, 0, &answer), 0,
	       "QEMU: VERSION");
	tap_ok(answer.size > 4 && answer.size <= sizeof(body), "QEMU: reply fits its request");
	tap_ok(text[answer.size - 5] == '\0' && strstr(text, "\"max_msg_fds\":16") &&
		       !strstr(text, "write_multiple") && !strstr(text, "twin_socket"),
	       "QEMU: what is announced");
	tap_ok(answer.body[0] == 0 && answer.body[2] == 0, "QEMU: version 0.0 as asked");
}

/* A batch without waiting; every reply is looked at afterwards. */
static void qemu_map_batch(int ram)
{
	const struct vfu_dma_map maps[] = {
		{ 32, 3, 0, 0, 0xa0000 },
		{ 32, 3, 0xc0000, 0xc0000, 0x40000 },
		{ 32, 1, 0, 0xfffc0000, 0x40000 },
	};
	bool good = true;

	for (int i = 0; i < 3; i++) {
		struct wire_header header = { 100 + i, VFU_DMA_MAP, 48, 0, 0 };
		uint8_t bytes[48];

		memcpy(bytes, &header, 16);
		memcpy(bytes + 16, &maps[i], 32);
		peer_send_raw(&peer, bytes, 48, &ram, i < 2);
	}
	peer.end = vfu_session_serve(&peer.session, 100);
	for (int i = 0; i < 3; i++)
		good &= peer_receive(&peer, &answer) && answer.header.id == 100 + i &&
			!answer.header.error && !answer.size;
	tap_ok(good, "QEMU: batch of maps, the ROM without a file");
}

static void qemu_info(void)
{
	static const uint32_t asked[] = { 0, 1, 2, 3, 4, 5, 7 };
	static const uint64_t sizes[] = { 0x4000, 0, 0x2000, 0, 0, 0, 4096 };
	struct vfu_device_info device = { .argsz = 16 };
	struct vfu_region_info region;
	struct vfu_irq_info irq = { 16, 0, VFU_IRQ_ERR, 0 };

	peer_call(&peer, VFU_DEVICE_GET_INFO, &device, sizeof(device), NULL, 0, &answer);
	memcpy(&device, answer.body, sizeof(device));
	tap_ok(device.flags == 3 && device.num_regions == 9 && device.num_irqs == 5,
	       "QEMU: device info");
	for (int i = 0; i < 7; i++) {
		region = (struct vfu_region_info){ 32, 0, asked[i], 0, 0, 0 };
		peer_call(&peer, VFU_DEVICE_GET_REGION_INFO, &region, sizeof(region), NULL, 0,
			  &answer);
		memcpy(&region, answer.body, sizeof(region));
		tap_ok(answer.size == 32 && region.argsz == 32 && region.index == asked[i] &&
			       region.size == sizes[i] && region.flags == (sizes[i] ? 3 : 0),
		       "QEMU: region %u", asked[i]);
	}
	peer_call(&peer, VFU_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq), NULL, 0, &answer);
	memcpy(&irq, answer.body, sizeof(irq));
	tap_ok(irq.count == 1 && irq.flags == 1, "QEMU: ERR interrupt");
}

static void qemu_config(void)
{
	static uint8_t config[4096];
	struct vfu_irq_info irq = { 16, 0, VFU_IRQ_MSIX, 0 };
	uint32_t rom, value;
	uint16_t flags;

	tap_is(peer_read(&peer, CONFIG, 0, config, 4096), 0, "QEMU: whole configuration space");
	rom = peer_read32(&peer, CONFIG, PCI_ROM_ADDRESS);
	peer_write32(&peer, CONFIG, PCI_ROM_ADDRESS, 0xfffff800);
	tap_is(peer_read32(&peer, CONFIG, PCI_ROM_ADDRESS), 0, "QEMU: sizes no ROM");
	peer_write32(&peer, CONFIG, PCI_ROM_ADDRESS, rom);
	tap_is(peer_read32(&peer, CONFIG, PCI_BASE_ADDRESS_0) & 0xf, 4, "QEMU: type of BAR0");
	peer_read(&peer, CONFIG, MSIX_CAP + 2, &flags, 2);
	value = peer_read32(&peer, CONFIG, MSIX_CAP + 4);
	tap_ok((flags & 0x7ff) == 3 && value == 2, "QEMU: MSI-X capability");
	peer_call(&peer, VFU_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq), NULL, 0, &answer);
	memcpy(&irq, answer.body, sizeof(irq));
	tap_ok(irq.count == 4 && irq.flags == 1, "QEMU: MSI-X interrupts, resizable");
}

static void qemu_machine_reset(void)
{
	uint16_t command;

	peer_read(&peer, CONFIG, PCI_COMMAND, &command, 2);
	peer_write16(&peer, CONFIG, PCI_COMMAND, command & ~7);
	tap_is(peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL), 0, "QEMU: reset");
	for (int i = 0; i < 6; i++)
		peer_write32(&peer, CONFIG, PCI_BASE_ADDRESS_0 + 4 * i, 0);
}

/* Firmware changes the low MiB again and again. */
static void qemu_shadow_ram(int ram)
{
	int failed = 0;

	for (int i = 0; i < 100; i++) {
		failed += peer_unmap(&peer, 0xc0000, 0x40000) != 0;
		failed += peer_map(&peer, 0xc0000, 0x18000, 1, ram, 0xc0000) != 0;
		failed += peer_map(&peer, 0xd8000, 0x8000, 1, -1, 0) != 0;
		failed += peer_map(&peer, 0xe0000, 0x20000, 3, ram, 0xe0000) != 0;
		failed += peer_unmap(&peer, 0xc0000, 0x18000) != 0;
		failed += peer_unmap(&peer, 0xd8000, 0x8000) != 0;
		failed += peer_unmap(&peer, 0xe0000, 0x20000) != 0;
		failed += peer_map(&peer, 0xc0000, 0x40000, 3, ram, 0xc0000) != 0;
	}
	tap_is(failed, 0, "QEMU: shadow RAM");
}

static void qemu_driver(void)
{
	const uint32_t eventfds = VFU_SET_EVENTFD | VFU_SET_TRIGGER;
	uint32_t doorbell[5] = { FAKE_RAISE, 0, 0, 4, 1 };
	int irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int masked = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	peer_write16(&peer, CONFIG, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	peer_write16(&peer, CONFIG, MSIX_CAP + 2, 0xc003);
	tap_is(peer_set_irqs(&peer, eventfds, VFU_IRQ_MSIX, 0, 1, NULL, 0), 0,
	       "QEMU: enables MSI-X with no vector");
	peer_set_irqs(&peer, eventfds, VFU_IRQ_MSIX, 0, 1, &irq, 1);
	peer_send(&peer, VFU_REGION_WRITE, WIRE_NO_REPLY, doorbell, sizeof(doorbell), NULL, 0);
	tap_is(peer_events(irq), 1, "QEMU: posted doorbell, interrupt");
	tap_ok(!peer_receive(&peer, &answer), "QEMU: no reply to a posted write");
	peer_set_irqs(&peer, eventfds, VFU_IRQ_MSIX, 0, 1, &masked, 1);
	peer_write32(&peer, 0, FAKE_RAISE, 1);
	tap_ok(peer_events(masked) == 1 && !peer_events(irq), "QEMU: masked vector");
	tap_is(peer_set_irqs(&peer, VFU_SET_NONE | VFU_SET_TRIGGER, VFU_IRQ_MSIX, 0, 0, NULL, 0), 0,
	       "QEMU: disables MSI-X");
	close(irq);
	close(masked);
}

static void test_qemu(void)
{
	int ram = peer_memfd(0x100000);

	peer_open(&peer);
	qemu_version();
	qemu_map_batch(ram);
	qemu_info();
	qemu_config();
	qemu_machine_reset();
	qemu_shadow_ram(ram);
	qemu_driver();
	tap_is(peer.session.refused, 0, "QEMU: nothing was refused");
	close(ram);
	peer_close(&peer);
}

/* Cloud Hypervisor writes header and text apart, and reads fixed sizes back. */
static void hypervisor_version(void)
{
	static const char json[] =
		"{\"capabilities\":{\"max_msg_fds\":1,"
		"\"max_data_xfer_size\":1048576,\"migration\":{\"pgsize\":4096}}}";
	struct vfu_version version = { 0, 1 };
	struct wire_header header = { 1, VFU_VERSION, 20 + sizeof(json), 0, 0 };
	uint8_t head[20];

	memcpy(head, &header, 16);
	memcpy(head + 16, &version, 4);
	peer_send_raw(&peer, head, sizeof(head), NULL, 0);
	peer.end = vfu_session_serve(&peer.session, 10);
	tap_ok(!peer.end && !peer_receive(&peer, &answer), "CH: half a VERSION");
	peer_send_raw(&peer, json, sizeof(json), NULL, 0);
	peer.end = vfu_session_serve(&peer.session, 10);
	tap_ok(peer_receive(&peer, &answer) && !answer.header.error && answer.body[2] == 1,
	       "CH: VERSION 0.1");
}

static void hypervisor_regions(void)
{
	struct vfu_region_info region;
	unsigned int good = 0;

	for (uint32_t i = 0; i < 9; i++) {
		region = (struct vfu_region_info){ 48, 0, i, 0, 0, 0 };
		good += !peer_call(&peer, VFU_DEVICE_GET_REGION_INFO, &region, sizeof(region), NULL,
				   0, &answer) &&
			answer.size == sizeof(region);
	}
	tap_is(good, 9, "CH: all regions, argsz with header");
}

/* An error reply would leave it waiting for the rest of a fixed-size answer. */
static void hypervisor_reads(void)
{
	uint32_t value = 0;

	tap_ok(!peer_read(&peer, VFU_REGION_VGA, 0, &value, 4) && value == 0xffffffff,
	       "CH: absent region reads as ones");
	value = 0;
	tap_ok(!peer_read(&peer, 0, 0x4000, &value, 4) && value == 0xffffffff,
	       "CH: past the end reads as ones");
	value = 0;
	tap_ok(!peer_read(&peer, 0, 0, &value, 4) && value == 0xffffffff,
	       "CH: memory space off reads as ones");
	tap_is(peer_write(&peer, VFU_REGION_ROM, 0, &value, 4), 0, "CH: write to nowhere");
}

static void test_cloud_hypervisor(void)
{
	int ram = peer_memfd(0x100000), fds[4];

	peer_open(&peer);
	hypervisor_version();
	tap_is(peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL), 0,
	       "CH: reset at creation");
	hypervisor_regions();
	hypervisor_reads();
	tap_is(peer_map(&peer, 0, 0x100000, 3, ram, 0), 0, "CH: shared memory");
	for (int i = 0; i < 4; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	tap_is(peer_set_irqs(&peer, VFU_SET_EVENTFD | VFU_SET_TRIGGER, VFU_IRQ_MSIX, 0, 4, fds, 4),
	       0, "CH: all vectors in one message");
	tap_is(peer_unmap(&peer, 0, 0x100000), 0, "CH: unmap");
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	close(ram);
	peer_close(&peer);
}

int main(void)
{
	test_qemu();
	test_cloud_hypervisor();
	return tap_done();
}
