# SPDX-License-Identifier: MIT
#
# Test programs that are not built by the room they test.

$(B)/bin/empty-job: $(B)/obj/tests/bench/empty-job.o $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $< -L$(B)/lib -lqmac -Wl,-rpath,'$$ORIGIN/../lib'

ALL += $(B)/bin/empty-job $(B)/guest/bin/empty-job

# Beside oneDNN, which nothing else needs: not part of `make all`.
bench_quantize_obj := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/bench/quantize/*.c))

$(B)/bin/bench-quantize: $(bench_quantize_obj) $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(filter %.o,$^) -L$(B)/lib -lqmac -ldnnl -lgomp -ljson-c \
		-Wl,-rpath,'$$ORIGIN/../lib'

# Entry points of fuzzers, with a driver that replays and damages a corpus.
# tests/fuzz/libfuzzer puts libFuzzer in its place.
fuzz_driver := $(B)/obj/san/tests/fuzz/replay.o
fuzz_tests := $(patsubst tests/fuzz/%_fuzz.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
npy_san_obj := $(patsubst %.c,$(B)/obj/san/%.o,$(wildcard tools/npy/*.c))

.SECONDARY: $(patsubst %.c,$(B)/obj/san/%.o,$(wildcard tests/fuzz/*_fuzz.c))

$(B)/tests/fuzz/npy $(B)/tests/fuzz/description: $(npy_san_obj)
$(B)/tests/fuzz/description: $(addprefix $(B)/obj/san/tools/qmac/,description.o description_numbers.o \
	description_text.o dequantize_tensor.o grain_name.o stored_type.o)
$(B)/obj/san/tests/fuzz/description_fuzz.o $(B)/obj/san/tools/%.o: CFLAGS += -Itools -Itools/qmac

$(B)/tests/fuzz/%: $(B)/obj/san/tests/fuzz/%_fuzz.o $(fuzz_driver) $(lib_san_obj)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(lib_san) -o $@ $^ $(LIBQMAC_LIBS)

ALL += $(fuzz_tests)

FUZZ_SECONDS := 60

fuzz:
	$(Q)tests/fuzz/libfuzzer $(FUZZ_SECONDS)
