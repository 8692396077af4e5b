# SPDX-License-Identifier: MIT
#
# qmac-sim and its tests. The device models are in model.mk.

CFLAGS_sim += -Isim -Idriver

# The layers, lowest first; each needs only those before it.
sim_layers := log wire vfu pci
sim_layer_src := $(foreach dir,$(sim_layers),$(wildcard sim/$(dir)/*.c))
sim_server_src := $(filter-out sim/server/main.c,$(wildcard sim/server/*.c))
sim_src := $(sim_layer_src) $(sim_server_src) sim/server/main.c sim/model/load.c

$(B)/bin/qmac-sim: $(sim_src:%.c=$(B)/obj/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^

ALL += $(B)/bin/qmac-sim

# Programs that host a model may be libraries.
$(B)/obj/sim/model/load.o: CFLAGS += -fPIC

# Tests see the same sources, compiled with the sanitizers.
sim_tests := $(patsubst tests/sim/%_test.c,$(B)/tests/sim/%_test,$(wildcard tests/sim/*_test.c))
sim_test_src := $(filter-out %_test.c %_speed.c,$(wildcard tests/sim/*.c)) tests/tap/tap.c
sim_san := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
sim_checked = $(patsubst %.c,$(B)/obj/checked/%.o,$(1))
sim_checked_obj := $(call sim_checked,$(sim_layer_src) $(sim_server_src) $(sim_test_src))

# Tables of messages are short because what they leave out is zero.
$(B)/obj/checked/tests/sim/%.o: CFLAGS += -Wno-missing-field-initializers

$(B)/obj/checked/%.o: %.c Makefile
	$(call say,CC,$@)
	@mkdir -p $(@D) $(B)/dep
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_sim) -Itests/sim -Itests/tap $(sim_san) $(DEPFLAGS) -c -o $@ $<

.SECONDARY: $(call sim_checked,$(wildcard tests/sim/*_test.c))

$(B)/tests/sim/%_test: $(B)/obj/checked/tests/sim/%_test.o $(sim_checked_obj)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(sim_san) -o $@ $^

$(B)/tests/sim/dma_speed: $(B)/obj/tests/sim/dma_speed.o $(filter $(B)/obj/sim/pci/dma%,\
		$(sim_src:%.c=$(B)/obj/%.o))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^

$(B)/obj/tests/sim/dma_speed.o: CFLAGS += $(CFLAGS_sim)

# qmac-sim itself under the sanitizers, and a model for it that is only a test.
$(B)/tests/sim/qmac-sim: $(call sim_checked,$(sim_src))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(sim_san) -o $@ $^

$(B)/tests/sim/models/qmac-model-functional.so: tests/sim/fake_model.c tests/sim/fake_model.h \
		sim/model/model.h
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_sim) -fPIC -shared -o $@ $<

ALL += $(sim_tests) $(B)/tests/sim/dma_speed $(B)/tests/sim/qmac-sim $(B)/tests/sim/models/qmac-model-functional.so

-include sim/model.mk
