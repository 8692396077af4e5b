# SPDX-License-Identifier: MIT
#
# Test benches of the leaf modules: hw/tb/NAME/main.cc drives hw/rtl/qmac_NAME.sv
# alone. Programs: $(B)/bin/tb-NAME, or tb-NAME-SIZE for several array sizes.

VERILATOR ?= verilator

LEAF_PACKAGES := $(addprefix hw/rtl/, qmac_regs_pkg.sv qmac_pkg.sv qmac_caps_pkg.sv \
	qmac_check_pkg.sv qmac_requant_pkg.sv)
LEAF_CXXFLAGS := -std=c++17 $(EXACT) -Wall -Wextra -Wno-unused-parameter -I$(CURDIR)/hw/tb \
	-I$(CURDIR) -I$(CURDIR)/uapi -I$(CURDIR)/lib/include
# Every package has constants that a module alone does not use.
LEAF_VFLAGS   := --cc --exe --build -j 1 --assert -Wall -Wno-UNUSEDPARAM --x-assign unique \
	--x-initial unique -y hw/rtl -MAKEFLAGS "OPT_FAST=-O2 OPT_SLOW=-O0 OPT_GLOBAL=-O2 VM_PARALLEL_BUILDS=0"

# $(call leaf_bench,program,module,parameters for Verilator,flags for C++,archives and objects)
define leaf_bench
$(B)/bin/tb-$(1): hw/rtl/qmac_$(2).sv hw/rtl/qmac_ram.sv $(LEAF_PACKAGES) hw/tb/$(2)/main.cc \
		hw/tb/bench.h hw/tb/build.mk $(5)
	$$(call say,VERILAT,$$@)
	@mkdir -p $$(@D) $(B)/obj/tb
	$$(Q)$$(VERILATOR) $(LEAF_VFLAGS) $(3) --top-module qmac_$(2) --Mdir $(B)/obj/tb/$(1) \
		-CFLAGS "$(LEAF_CXXFLAGS) $(4)" $(if $(5),-LDFLAGS "$(addprefix $(CURDIR)/,$(5))") \
		-o $(CURDIR)/$$@ $(LEAF_PACKAGES) hw/rtl/qmac_$(2).sv $(CURDIR)/hw/tb/$(2)/main.cc \
		>$(B)/obj/tb/$(1).log 2>&1 || { cat $(B)/obj/tb/$(1).log; false; }

ALL += $(B)/bin/tb-$(1)
endef

$(foreach size,8 16 32,$(eval $(call leaf_bench,array-$(size),array,-GKC=$(size) -GNC=$(size),-DKC=$(size) -DNC=$(size))))
$(eval $(call leaf_bench,ram,ram,-GDepth=48 -GLanes=4,-DDEPTH=48 -DLANES=4))
$(eval $(call leaf_bench,accumulators,accumulators,-GNC=16,-DNC=16))
$(eval $(call leaf_bench,requant,requant,-GNC=16,-DNC=16 -DROWS=150000,$(B)/lib/libqmac-ref.a))
$(eval $(call leaf_bench,csr,csr))
$(eval $(call leaf_bench,counters,counters))
$(eval $(call leaf_bench,cmd_check,cmd_check,,,$(B)/obj/sim/functional/command.o $(B)/lib/libqmac-ref.a))
$(eval $(call leaf_bench,param_check,param_check))
