/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TB_JOBS_TESTS_H
#define QMAC_TB_JOBS_TESTS_H

class Device;

/* end_test.cc */
void test_empty(Device &d);
void test_jobs(Device &d, unsigned rounds);
void test_faults(Device &d, unsigned rounds);
void test_command_faults(Device &d);
void test_entries(Device &d);
void test_cycles(Device &d);
void test_limit(Device &d);

/* control_test.cc */
void test_abort(Device &d);
void test_sync(Device &d);
void test_unmap(Device &d);
void test_halts(Device &d);
void test_reset(Device &d);
void test_idle(Device &d);

#endif /* QMAC_TB_JOBS_TESTS_H */
