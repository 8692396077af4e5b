# SPDX-License-Identifier: MIT
#
# Test programs that are not built by the room they test.

$(B)/bin/empty-job: $(B)/obj/tests/bench/empty-job.o $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $< -L$(B)/lib -lqmac -Wl,-rpath,'$$ORIGIN/../lib'

ALL += $(B)/bin/empty-job $(B)/guest/bin/empty-job
