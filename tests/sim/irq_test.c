// SPDX-License-Identifier: MIT
/* Sequences of SET_IRQS and interrupts of the device. */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "peer.h"
#include "tap.h"

#define MSIX	VFU_IRQ_MSIX
#define EVENTFD (VFU_SET_EVENTFD | VFU_SET_TRIGGER)
#define NONE	(VFU_SET_NONE | VFU_SET_TRIGGER)
#define PBA	0x1000

static struct peer peer;
static int fds[4];

static void raise_vectors(uint32_t bitmap)
{
	peer_write32(&peer, 0, FAKE_RAISE, bitmap);
}

static uint32_t pending(void)
{
	return peer_read32(&peer, 2, PBA);
}

static void attach(uint32_t start, uint32_t count, const int *list)
{
	if (peer_set_irqs(&peer, EVENTFD, MSIX, start, count, list, list ? count : 0))
		tap_ok(false, "attach %u+%u", start, count);
}

static void test_delivery(void)
{
	attach(0, 4, fds);
	raise_vectors(0xf);
	for (int i = 0; i < 4; i++)
		tap_is(peer_events(fds[i]), 1, "vector %d is delivered", i);
	raise_vectors(2);
	raise_vectors(2);
	tap_is(peer_events(fds[1]), 2, "vector 1, twice");
	tap_is(peer_events(fds[0]), 0, "nothing on vector 0");
	raise_vectors(0xfffffff0);
	tap_is(pending(), 0, "vectors that do not exist are ignored");
}

static void test_pending(void)
{
	attach(2, 1, NULL);
	raise_vectors(4);
	raise_vectors(4);
	tap_is(peer_events(fds[2]), 0, "detached: nothing is delivered");
	tap_is(pending(), 4, "detached: pending");
	attach(2, 1, &fds[2]);
	tap_is(peer_events(fds[2]), 1, "attached again: delivered once");
	tap_is(pending(), 0, "attached again: not pending");
	peer_set_irqs(&peer, NONE, MSIX, 0, 0, NULL, 0);
	raise_vectors(0xf);
	tap_is(pending(), 0xf, "index disabled: all pending");
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
	peer_write16(&peer, 7, 4, 6);
	tap_is(pending(), 0, "reset: nothing pending");
	attach(0, 4, fds);
	tap_is(peer_events(fds[0]), 0, "and nothing delivered");
}

/* QEMU masks a vector by attaching another eventfd in its place. */
static void test_replace(void)
{
	unsigned int before = peer_count_fds();
	int other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	attach(1, 1, &other);
	raise_vectors(2);
	tap_is(peer_events(other), 1, "replaced: the new one gets it");
	tap_is(peer_events(fds[1]), 0, "replaced: the old one does not");
	attach(1, 1, &fds[1]);
	close(other);
	tap_is(peer_count_fds(), before, "replaced: the old one is closed");
}

static void test_all_or_none(void)
{
	int pair[2], mixed[2];

	if (pipe(pair))
		tap_bail("pipe: %m");
	mixed[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	mixed[1] = pair[1];
	tap_ok(peer_set_irqs(&peer, EVENTFD, MSIX, 0, 2, mixed, 2) > 0, "one of two is a pipe");
	raise_vectors(1);
	tap_is(peer_events(fds[0]), 1, "the one before is still attached");
	close(mixed[0]);
	close(pair[0]);
	close(pair[1]);
}

static void test_trigger(void)
{
	struct {
		struct vfu_irq_set set;
		uint8_t select[3];
	} bools = { { 20, VFU_SET_BOOL | VFU_SET_TRIGGER, MSIX, 1, 3 }, { 0, 1, 1 } };

	peer_set_irqs(&peer, NONE, MSIX, 0, 2, NULL, 0);
	tap_ok(peer_events(fds[0]) == 1 && peer_events(fds[1]) == 1 && !peer_events(fds[2]),
	       "trigger by count");
	peer_call(&peer, VFU_DEVICE_SET_IRQS, &bools, 23, NULL, 0, NULL);
	tap_ok(!peer_events(fds[1]) && peer_events(fds[2]) == 1 && peer_events(fds[3]) == 1,
	       "trigger by bytes");
}

/* A saturated eventfd blocks writers; the server must not be one of them. */
static void test_saturated(void)
{
	int blocking = eventfd(0, EFD_CLOEXEC);
	uint64_t most = UINT64_MAX - 1;

	attach(3, 1, &blocking);
	if (write(blocking, &most, sizeof(most)) != sizeof(most))
		tap_bail("eventfd: %m");
	raise_vectors(8);
	tap_is(peer_events(blocking), most, "a full eventfd is left alone");
	raise_vectors(8);
	tap_is(peer_events(blocking), 1, "and works when it has room again");
	attach(3, 1, &fds[3]);
	close(blocking);
}

/* Eventfds are wiring: resets keep them. */
static void test_reset_keeps(void)
{
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
	peer_write16(&peer, 7, 4, 6);
	raise_vectors(1);
	tap_is(peer_events(fds[0]), 1, "delivered after a reset");
}

static void test_disconnect(void)
{
	unsigned int before = peer_count_fds();

	pci_function_disconnect(&peer.function);
	tap_is(peer_count_fds(), before - 4, "disconnect closes the eventfds");
}

int main(void)
{
	uint8_t *ram;

	peer_open(&peer);
	ram = peer_prepare(&peer);
	for (int i = 0; i < 4; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	test_delivery();
	test_pending();
	test_replace();
	test_all_or_none();
	test_trigger();
	test_saturated();
	test_reset_keeps();
	test_disconnect();
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	munmap(ram, PEER_RAM_SIZE);
	peer_close(&peer);
	return tap_done();
}
