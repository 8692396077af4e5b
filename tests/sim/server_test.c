// SPDX-License-Identifier: MIT
/*
 * The program as a whole: start, sockets, clients that come and go, signals,
 * waiting times. argv[1] is qmac-sim; QMAC_MODEL_DIR has the fake model in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_model.h"
#include "peer.h"
#include "tap.h"

#define MS 1000000ull

static const char *program;
static char directory[] = "/tmp/qmac-sim-test-XXXXXX";
static char path[64], errors[64];

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void sleep_ms(unsigned int ms)
{
	poll(NULL, 0, ms);
}

/* Start the server; returns its pid when it said that it is ready, else 0. */
static pid_t start(const char *option, int *status)
{
	char line[256] = "";
	int out[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		tap_bail("pipe: %m");
	pid = fork();
	if (pid == 0) {
		int log = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(out[1], STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		execl(program, program, "--socket", path, "--model", "functional", option, NULL);
		_exit(127);
	}
	close(out[1]);
	n = read(out[0], line, sizeof(line) - 1);
	close(out[0]);
	if (n > 0 && !strncmp(line, "ready", 5) && strchr(line, '\n'))
		return pid;
	waitpid(pid, status, 0);
	return 0;
}

/* Wait for the end; returns the exit status, or -1 after @ms. */
static int wait_end(pid_t pid, unsigned int ms)
{
	int status;

	for (uint64_t deadline = now_ns() + ms * MS; now_ns() < deadline; sleep_ms(5)) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

static bool error_says(const char *text)
{
	char log[8192] = "";
	int fd = open(errors, O_RDONLY);
	ssize_t n = read(fd, log, sizeof(log) - 1);

	close(fd);
	return n > 0 && strstr(log, text);
}

static int connect_to(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static void transmit(int fd, uint16_t command, uint32_t flags, const void *body, size_t size)
{
	struct wire_header header = { 1, command, sizeof(header) + size, flags, 0 };
	uint8_t message[256];

	memcpy(message, &header, sizeof(header));
	if (size)
		memcpy(message + sizeof(header), body, size);
	if (send(fd, message, header.size, MSG_NOSIGNAL) != header.size)
		tap_ok(false, "send: %s", strerror(errno));
}

/* Bytes of the reply's body, or -1. Waits. */
static int take(int fd, void *body, size_t size)
{
	struct wire_header header;

	if (recv(fd, &header, sizeof(header), MSG_WAITALL) != sizeof(header) ||
	    (header.flags & WIRE_ERROR) || header.size - sizeof(header) > size)
		return -1;
	size = header.size - sizeof(header);
	return size && recv(fd, body, size, MSG_WAITALL) != (ssize_t)size ? -1 : (int)size;
}

static bool hello(int fd)
{
	struct vfu_version version = { 0, 0 };
	uint8_t body[64];

	transmit(fd, VFU_VERSION, 0, &version, sizeof(version));
	return take(fd, body, sizeof(body)) == 4;
}

static int client(void)
{
	int fd = connect_to();

	if (fd < 0 || !hello(fd))
		tap_ok(false, "a client connects");
	return fd;
}

static void write32(int fd, uint32_t region, uint64_t offset, uint32_t value, uint32_t flags)
{
	struct {
		struct vfu_region_access access;
		uint32_t value;
	} body = { { offset, region, 4 }, value };
	uint8_t answer[64];

	transmit(fd, VFU_REGION_WRITE, flags, &body, 20);
	if (!(flags & WIRE_NO_REPLY))
		take(fd, answer, sizeof(answer));
}

static uint32_t read32(int fd, uint32_t region, uint64_t offset)
{
	struct vfu_region_access access = { offset, region, 4 };
	uint8_t answer[64];
	uint32_t value = 0xdeadbeef;

	transmit(fd, VFU_REGION_READ, 0, &access, sizeof(access));
	if (take(fd, answer, sizeof(answer)) == 20)
		memcpy(&value, answer + 16, 4);
	return value;
}

static bool at_end(int fd, unsigned int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&poll_fd, 1, ms) == 1 && recv(fd, &byte, 1, 0) == 0;
}

static void test_start(void)
{
	int status = 0, fd;
	struct stat st;
	pid_t pid = start(NULL, &status), second;

	tap_ok(pid > 0, "ready");
	tap_ok(!lstat(path, &st) && S_ISSOCK(st.st_mode) && !(st.st_mode & 077),
	       "the socket is private");
	second = start(NULL, &status);
	tap_ok(!second && WEXITSTATUS(status) == 1 && error_says("another process listens"),
	       "a path in use is refused");
	fd = client();
	tap_ok(fd >= 0, "the one that listens still serves");
	close(fd);
	kill(pid, SIGTERM);
	tap_is(wait_end(pid, 2000), 0, "SIGTERM");
	tap_ok(lstat(path, &st) && errno == ENOENT, "the socket is gone");
}

static void test_stale(void)
{
	int status = 0, fd;
	pid_t pid = start(NULL, &status);

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	tap_ok(!access(path, F_OK), "killed: the socket is left");
	pid = start(NULL, &status);
	tap_ok(pid > 0, "a stale socket is replaced");
	kill(pid, SIGINT);
	tap_is(wait_end(pid, 2000), 0, "SIGINT");
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	pid = start(NULL, &status);
	tap_ok(!pid && WEXITSTATUS(status) == 1 && !access(path, F_OK) && error_says("no socket"),
	       "a file that is no socket is kept");
	unlink(path);
}

static void test_clients(void)
{
	struct wire_header impossible = { 1, 4, 3, 0, 0 };
	int status = 0, fd, other;
	pid_t pid = start(NULL, &status);

	fd = client();
	write32(fd, 7, PCI_COMMAND, 6, 0);
	write32(fd, 0, 0x200, 99, 0);
	other = connect_to();
	tap_ok(at_end(other, 1000), "a second client is turned away");
	close(other);
	tap_is(read32(fd, 0, 0x200), 99, "the first is served on");
	close(fd);
	fd = client();
	tap_is(read32(fd, 0, 0), 0xffffffff, "the next client finds memory space off");
	write32(fd, 7, PCI_COMMAND, 6, 0);
	tap_is(read32(fd, 0, 0x200), 99, "and the registers as they were");
	if (send(fd, &impossible, sizeof(impossible), MSG_NOSIGNAL) != sizeof(impossible))
		tap_ok(false, "send");
	tap_ok(at_end(fd, 1000), "an impossible size ends the connection");
	close(fd);
	fd = connect_to();
	if (send(fd, &impossible, 7, MSG_NOSIGNAL) != 7)
		tap_ok(false, "send");
	close(fd);
	fd = client();
	tap_is(read32(fd, 7, 0), 0x514d1234, "served after a client that died in a header");
	close(fd);
	kill(pid, SIGTERM);
	tap_is(wait_end(pid, 3000), 0, "ends");
}

static void test_options(void)
{
	int status = 0, fd;
	pid_t pid = start("--once", &status);

	close(connect_to());
	fd = client();
	tap_ok(fd >= 0, "--once: a look at the socket is no client");
	close(fd);
	tap_is(wait_end(pid, 2000), 0, "--once: ends with its client");
	pid = start("--reset-on-disconnect", &status);
	fd = client();
	write32(fd, 7, PCI_COMMAND, 6, 0);
	write32(fd, 0, 0x200, 99, 0);
	close(fd);
	fd = client();
	write32(fd, 7, PCI_COMMAND, 6, 0);
	tap_is(read32(fd, 0, 0x200), 0, "--reset-on-disconnect");
	close(fd);
	kill(pid, SIGTERM);
	wait_end(pid, 2000);
	pid = start("--trace=/dev/null", &status);
	tap_ok(!pid && WEXITSTATUS(status) == 1 && error_says("no waveforms"), "--trace, no waves");
	pid = start("--array=4x4", &status);
	tap_ok(!pid && WEXITSTATUS(status) == 1 && error_says("4x4"), "--array of another shape");
	pid = start("--mem-latency=0", &status);
	tap_ok(!pid && WEXITSTATUS(status) == 2 && error_says("\"0\""), "--mem-latency 0");
	pid = start("--model=nonsense", &status);
	tap_ok(!pid && WEXITSTATUS(status) == 1 && error_says("nonsense"), "unknown model");
	pid = start("--model=rtl:7x9", &status);
	tap_ok(!pid && WEXITSTATUS(status) == 1 && error_says("rtl-7x9"), "model not built");
}

/*
 * Our goodbye: the end of the stream first, while what the client still sends
 * is read; no connection reset.
 */
static void test_drain(void)
{
	int status = 0, fd;
	pid_t pid = start(NULL, &status);
	char byte;

	fd = client();
	write32(fd, 7, PCI_COMMAND, 6, 0);
	kill(pid, SIGTERM);
	sleep_ms(5);
	tap_is(read32(fd, 0, 0), 0xffffffff, "SIGTERM: requests are answered, the device is dead");
	tap_ok(at_end(fd, 500), "SIGTERM: the client sees the end of the stream");
	for (int i = 0; i < 20; i++)
		write32(fd, 0, 0x200, i, WIRE_NO_REPLY);
	sleep_ms(50);
	tap_is(recv(fd, &byte, 1, 0), 0, "late writes cause no reset");
	tap_is(waitpid(pid, &status, WNOHANG), 0, "it waits for the client");
	close(fd);
	tap_is(wait_end(pid, 500), 0, "and ends when the client has closed");
	pid = start(NULL, &status);
	fd = client();
	kill(pid, SIGTERM);
	tap_is(wait_end(pid, 2000), 0, "a client that never closes does not hold it up");
	close(fd);
	pid = start(NULL, &status);
	fd = client();
	kill(pid, SIGTERM);
	sleep_ms(10);
	kill(pid, SIGTERM);
	tap_is(wait_end(pid, 300), 0, "a second signal ends it at once");
	close(fd);
	pid = start(NULL, &status);
	fd = client();
	write32(fd, 7, PCI_COMMAND, 6, 0);
	write32(fd, 0, FAKE_SPIN, 0xffffffff, 0);
	kill(pid, SIGTERM);
	tap_is(wait_end(pid, 2000), 0, "nor does a busy model");
	close(fd);
}

static uint64_t cpu_ms(pid_t pid)
{
	char name[64], text[512] = "";
	unsigned long user, system;
	char *at;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	close(fd);
	at = strrchr(text, ')');
	if (!at || sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			  &system) != 2)
		return 0;
	return (user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

static void test_idle(void)
{
	int status = 0, fd;
	pid_t pid = start(NULL, &status);
	uint64_t before;

	fd = client();
	sleep_ms(50);
	before = cpu_ms(pid);
	sleep_ms(500);
	tap_ok(cpu_ms(pid) - before <= 10, "idle with a client: no CPU time");
	close(fd);
	sleep_ms(50);
	before = cpu_ms(pid);
	sleep_ms(500);
	tap_ok(cpu_ms(pid) - before <= 10, "idle without a client: no CPU time");
	kill(pid, SIGTERM);
	wait_end(pid, 2000);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorted times of register reads. */
static void measure_reads(int fd, uint64_t *waits, unsigned int count, const char *name)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t start_ns = now_ns();

		read32(fd, 0, 0);
		waits[i] = now_ns() - start_ns;
	}
	qsort(waits, count, sizeof(waits[0]), by_value);
	printf("# register reads, %s: median %llu us, 99 %% %llu us, most %llu us\n", name,
	       (unsigned long long)waits[count / 2] / 1000,
	       (unsigned long long)waits[count - count / 100] / 1000,
	       (unsigned long long)waits[count - 1] / 1000);
}

static void test_latency(void)
{
	uint64_t waits[1000];
	int status = 0, fd;
	pid_t pid = start(NULL, &status);

	fd = client();
	write32(fd, 7, PCI_COMMAND, 6, 0);
	measure_reads(fd, waits, 1000, "idle");
	tap_ok(waits[500] < 5 * MS, "idle: half of the reads within 5 ms");
	write32(fd, 0, FAKE_SPIN, 0xffffffff, 0);
	sleep_ms(20);
	measure_reads(fd, waits, 1000, "busy");
	tap_ok(waits[500] < 5 * MS, "busy: half of the reads within 5 ms");
	tap_ok(waits[999] < 1000 * MS, "busy: none above a second");
	close(fd);
	kill(pid, SIGTERM);
	wait_end(pid, 2000);
}

/* Replies that nobody takes: the server waits without spinning and without growing. */
static void test_deaf_client(void)
{
	struct vfu_region_access access = { 0, VFU_REGION_BAR0, VFU_MAX_DATA };
	struct wire_header header = { 1, VFU_REGION_READ, 32, 0, 0 };
	int status = 0, fd, sent = 0;
	pid_t pid = start(NULL, &status);
	uint8_t message[32];
	uint64_t before;

	memcpy(message, &header, 16);
	memcpy(message + 16, &access, 16);
	fd = client();
	while (sent < 10000 && send(fd, message, 32, MSG_DONTWAIT | MSG_NOSIGNAL) == 32) {
		sent++;
		if (sent % 100 == 0)
			sleep_ms(1);
	}
	sleep_ms(50);
	before = cpu_ms(pid);
	sleep_ms(300);
	tap_ok(cpu_ms(pid) - before <= 10, "a client that takes no replies costs no CPU time");
	close(fd);
	fd = client();
	tap_is(read32(fd, 7, 0), 0x514d1234, "and the next client is served");
	close(fd);
	kill(pid, SIGTERM);
	tap_is(wait_end(pid, 2000), 0, "ends");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: server_test PATH-OF-QMAC-SIM\n");
		return 2;
	}
	program = argv[1];
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(directory))
		tap_bail("mkdtemp: %m");
	snprintf(path, sizeof(path), "%s/socket", directory);
	snprintf(errors, sizeof(errors), "%s/errors", directory);
	test_start();
	test_stale();
	test_clients();
	test_options();
	test_drain();
	test_idle();
	test_latency();
	test_deaf_client();
	unlink(errors);
	rmdir(directory);
	return tap_done();
}
