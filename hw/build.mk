# SPDX-License-Identifier: MIT
#
# Hardware: tests of device models through the device's own interface. The
# models are in sim/model.mk; each room of the RTL adds its benches in tb/*.mk.

hw_test_dir := $(B)/tests/hw
hw_test_obj := $(patsubst %.c,$(B)/obj/%.o,tests/tap/tap.c tests/hw/space.c tests/hw/device.c \
	tests/hw/reference.c tests/hw/direct.c tests/hw/generate.c sim/model/load.c \
	sim/memory/pool.c sim/memory/tables.c)
hw_directed_obj := $(patsubst %.c,$(B)/obj/%.o,tests/hw/rig.c $(wildcard tests/hw/check-*.c))
hw_tests := $(addprefix $(hw_test_dir)/,gemm-fuzz directed gemm-speed axi-test)

$(B)/obj/tests/hw/%.o: CFLAGS += -I. -Itests/hw -Itests/tap -Itests/random

$(hw_tests): $(hw_test_dir)/%: $(B)/obj/tests/hw/%.o $(hw_test_obj) $(B)/lib/libqmac-ref.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lm -ldl

$(hw_test_dir)/directed: $(hw_directed_obj)
$(hw_test_dir)/gemm-speed: $(B)/obj/tests/hw/rig.o
$(hw_test_dir)/axi-test: $(B)/obj/sim/memory/axi.o

ALL += $(hw_tests)

-include $(sort $(wildcard hw/tb/*.mk))

.PHONY: lint
lint: ## verilator --lint-only -Wall on the RTL, every array shape
	$(Q)for shape in 8 16 32; do \
		echo "  LINT    qmac $${shape}x$${shape}"; \
		$(VERILATOR) --lint-only -Wall -GKC=$$shape -GNC=$$shape $(rtl_flags) $(rtl_src) || exit 1; \
	done
