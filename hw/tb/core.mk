# SPDX-License-Identifier: MIT
#
# Test bench of the core: qmac_core alone between a plain memory and plain C++
# arithmetic. Programs: $(B)/bin/tb-core-SIZE.

CORE_PACKAGES := $(addprefix hw/rtl/, qmac_regs_pkg.sv qmac_pkg.sv qmac_caps_pkg.sv \
	qmac_check_pkg.sv qmac_requant_pkg.sv qmac_core_pkg.sv)
CORE_RTL := $(CORE_PACKAGES) $(addprefix hw/rtl/qmac_, accumulators.sv array.sv core.sv drain.sv \
	fifo.sv gearbox.sv loader.sv order.sv param_check.sv params.sv passes.sv ram.sv requant.sv \
	run_walk.sv store.sv tiler.sv transpose.sv weights.sv)
CORE_TB := $(addprefix hw/tb/core/, main.cc memory.h reference.h)

define core_bench
$(B)/bin/tb-core-$(1): $(CORE_RTL) $(CORE_TB) hw/tb/bench.h hw/tb/core.mk uapi/drm/qmac_cmd.h
	$$(call say,VERILAT,$$@)
	@mkdir -p $$(@D) $(B)/obj/tb
	$$(Q)$$(VERILATOR) $(LEAF_VFLAGS) -GKC=$(1) -GNC=$(1) --top-module qmac_core \
		--Mdir $(B)/obj/tb/core-$(1) -CFLAGS "$(LEAF_CXXFLAGS) -DKC=$(1) -DNC=$(1)" \
		-o $(CURDIR)/$$@ $(CORE_PACKAGES) hw/rtl/qmac_core.sv $(CURDIR)/hw/tb/core/main.cc \
		>$(B)/obj/tb/core-$(1).log 2>&1 || { cat $(B)/obj/tb/core-$(1).log; false; }

ALL += $(B)/bin/tb-core-$(1)
endef

$(foreach size,8 16 32,$(eval $(call core_bench,$(size))))
