# SPDX-License-Identifier: MIT
#
# Test programs that are not built by the room they test.

$(B)/bin/empty-job: $(B)/obj/tests/bench/empty-job.o $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $< -L$(B)/lib -lqmac -Wl,-rpath,'$$ORIGIN/../lib'

ALL += $(B)/bin/empty-job $(B)/guest/bin/empty-job

# Entry points of fuzzers, with a driver that replays and damages a corpus.
fuzz_tests := $(patsubst tests/fuzz/%_fuzz.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

.SECONDARY: $(patsubst %.c,$(B)/obj/san/%.o,$(wildcard tests/fuzz/*_fuzz.c))

$(B)/tests/fuzz/%: $(B)/obj/san/tests/fuzz/%_fuzz.o $(B)/obj/san/tests/fuzz/replay.o $(lib_san_obj)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(lib_san) -o $@ $^ $(LIBQMAC_LIBS)

ALL += $(fuzz_tests)
