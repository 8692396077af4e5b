// SPDX-License-Identifier: MIT
/*
 * Random sessions: messages that are nearly right, with random descriptors, cut
 * and joined at random, against the whole stack under the sanitizers. The seed
 * is argv[1] (default 1), the number of sessions argv[2].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "peer.h"
#include "tap.h"

#define MESSAGES 60u
#define MAX_SIZE 128u

static uint64_t state;

static uint32_t draw(uint32_t below)
{
	/* xorshift64* */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

/* Numbers that mean something to some command. */
static uint64_t number(void)
{
	static const uint64_t telling[] = {
		0,	    1,		2,	    3,		4,	7,	  8,	   9,
		16,	    20,		24,	    32,		0x21,	0x24,	  0x40,	   0x44,
		0x60,	    0x68,	0x1000,	    0x3ffc,	0x4000, 0x8000,	  0x10000, 0x100000,
		0x7fffffff, 0xffffffff, 1ull << 32, 1ull << 63, -1ull,	-4096ull,
	};

	if (draw(8) == 0)
		return draw(0x1000);
	return telling[draw(sizeof(telling) / sizeof(telling[0]))];
}

/* Messages that succeed, as 32-bit words; what is random starts from one of them. */
static const struct template
{
	uint16_t command;
	uint16_t size;
	uint32_t words[12];
}
templates[] = {
	{ 1, 4, { 0 } },
	{ 2, 32, { 32, 3, 0, 0, 0x100000, 0, 0x10000 } },
	{ 2, 32, { 32, 1, 0x1000, 0, 0x200000, 0, 0x1000 } },
	{ 3, 24, { 24, 0, 0x100000, 0, 0x10000 } },
	{ 3, 24, { 24, 2 } },
	{ 4, 16, { 16 } },
	{ 5, 32, { 32, 0, 7 } },
	{ 7, 16, { 16, 0, 2 } },
	{ 8, 20, { 20, 0x24, 2, 0, 1 } },
	{ 8, 20, { 20, 0x24, 2, 1, 2 } },
	{ 8, 20, { 20, 0x21, 2, 0, 0 } },
	{ 8, 24, { 20, 0x22, 2, 0, 4, 0x01000101 } },
	{ 9, 16, { 0, 0, 7, 4096 } },
	{ 9, 16, { 0x100, 0, 0, 16 } },
	{ 9, 16, { 0x1000, 0, 2, 8 } },
	{ 10, 20, { 4, 0, 7, 4, 6 } },
	{ 10, 18, { 0x44, 0, 7, 2, 3 } },
	{ 10, 18, { 0x68, 0, 7, 2, 0x8000 } },
	{ 10, 48, { 0x100, 0, 0, 32, 0x100000, 0, 0x108000, 0, 256, 0, 1 } },
	{ 10, 24, { 0x124, 0, 0, 8, 50, 0xf } },
	{ 13, 0, { 0 } },
	{ 15, 32, { 1, 0, 0x118, 0, 0, 4, 1, 0 } },
};

static size_t random_body(uint8_t *body, uint16_t *command)
{
	const struct template *t = &templates[draw(sizeof(templates) / sizeof(templates[0]))];
	unsigned int changes = draw(3);

	*command = draw(40) ? t->command : draw(65536);
	memcpy(body, t->words, sizeof(t->words));
	while (changes-- && t->size >= 8) {
		uint64_t value = number();

		memcpy(body + 4 * draw(t->size / 4 - 1), &value, draw(2) ? 8 : 4);
	}
	return draw(20) ? t->size : draw(MAX_SIZE);
}

static void random_message(struct peer *peer, const int *fds, unsigned int count)
{
	uint8_t bytes[sizeof(struct wire_header) + MAX_SIZE] = {};
	struct wire_header header = { .flags = draw(20) ? 0 : number() };
	size_t size = sizeof(header) + random_body(bytes + sizeof(header), &header.command);
	size_t cut = draw(size);
	int chosen[20];
	unsigned int num = draw(3) ? draw(2) : draw(draw(10) ? 4 : 20);

	header.size = draw(200) ? size : number();
	for (unsigned int i = 0; i < num; i++)
		chosen[i] = fds[draw(count)];
	memcpy(bytes, &header, sizeof(header));
	peer_send_raw(peer, bytes, cut, chosen, cut ? num : 0);
	if (draw(2) && !peer->end)
		peer->end = vfu_session_serve(&peer->session, 1 + draw(4));
	peer_send_raw(peer, bytes + cut, size - cut, chosen, cut ? 0 : num);
}

static void run_session(const int *fds, unsigned int count)
{
	static struct answer answer;
	static struct peer peer;

	peer_open(&peer);
	if (draw(10))
		peer_version(&peer, NULL);
	for (unsigned int i = 0; i < MESSAGES && !peer.end; i++) {
		random_message(&peer, fds, count);
		if (!peer.end)
			peer.end = vfu_session_serve(&peer.session, 100);
		for (int n = 0; n < 10 && pci_function_busy(&peer.function); n++)
			pci_function_run(&peer.function, 100);
		while (peer_receive(&peer, &answer))
			;
	}
	peer_close(&peer);
}

int main(int argc, char **argv)
{
	unsigned int sessions = argc > 2 ? atoi(argv[2]) : 2000, before;
	int fds[4], pair[2];

	state = 0x9e3779b97f4a7c15ull * (argc > 1 ? atoi(argv[1]) : 1);
	if (pipe(pair))
		tap_bail("pipe: %m");
	fds[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fds[1] = peer_memfd(0x10000);
	fds[2] = pair[0];
	fds[3] = pair[1];
	before = peer_count_fds();
	for (unsigned int i = 0; i < sessions; i++)
		run_session(fds, 4);
	tap_ok(true, "%u random sessions", sessions);
	tap_is(peer_count_fds(), before, "no descriptor is left open");
	return tap_done();
}
