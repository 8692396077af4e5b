/* SPDX-License-Identifier: MIT */
/*
 * The whole device with a core that only copies (stub/qmac_core.sv): rings, records,
 * interrupts, every way in which a job ends, abort, sync, halts and reset at random
 * times, on a memory with random stalls. Cycle counts on an exact one.
 */
#include "device.h"
#include "tests.h"

int main(int argc, char **argv)
{
	static Device d(bench_seed(argc, argv));

	test_idle(d);
	test_empty(d);
	test_cycles(d);
	test_jobs(d, 200);
	test_entries(d);
	test_faults(d, 600);
	test_command_faults(d);
	test_limit(d);
	test_abort(d);
	test_sync(d);
	test_unmap(d);
	test_halts(d);
	test_reset(d);
	d.top.final();
	return d.tap.finish();
}
