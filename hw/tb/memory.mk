# SPDX-License-Identifier: MIT
#
# Test benches of the memory side: qmac_mem alone, and the whole device around a core
# that only copies. Programs: $(B)/bin/tb-memory, $(B)/bin/tb-jobs.

MEMORY_PACKAGES := $(addprefix hw/rtl/, qmac_regs_pkg.sv qmac_pkg.sv qmac_caps_pkg.sv \
	qmac_check_pkg.sv qmac_mem_pkg.sv)
MEMORY_RTL := $(MEMORY_PACKAGES) $(addprefix hw/rtl/qmac_, arbiter.sv fifo.sv mem.sv mmu.sv \
	ram.sv ram_fifo.sv read.sv read_client.sv requests.sv stream.sv tlb_l1.sv tlb_l2.sv \
	tlb_upper.sv walker.sv write.sv xlate.sv)
JOBS_RTL := $(MEMORY_RTL) $(addprefix hw/rtl/qmac_, cmd_check.sv cmd_fetch.sv counters.sv \
	csr.sv faults.sv jobs.sv record.sv retire.sv sync.sv) hw/rtl/qmac.sv \
	hw/tb/jobs/stub/qmac_core.sv

# $(call memory_bench,program,top module,RTL sources,files besides those found by name)
define memory_bench
$(B)/bin/tb-$(1): $(3) $(wildcard hw/tb/$(1)/*.cc hw/tb/$(1)/*.h) hw/tb/memory/bus.h \
		hw/tb/bench.h hw/tb/memory.mk driver/qmac_regs.h uapi/drm/qmac_cmd.h
	$$(call say,VERILAT,$$@)
	@mkdir -p $$(@D) $(B)/obj/tb
	$$(Q)$$(VERILATOR) $(LEAF_VFLAGS) $(5) --top-module $(2) --Mdir $(B)/obj/tb/$(1) \
		-CFLAGS "$(LEAF_CXXFLAGS)" -o $(CURDIR)/$$@ $(MEMORY_PACKAGES) $(4) \
		hw/rtl/$(2).sv $(wildcard $(CURDIR)/hw/tb/$(1)/*.cc) \
		>$(B)/obj/tb/$(1).log 2>&1 || { cat $(B)/obj/tb/$(1).log; false; }

ALL += $(B)/bin/tb-$(1)
endef

$(eval $(call memory_bench,memory,qmac_mem,$(MEMORY_RTL)))
# The stub does not use all that the core is given.
$(eval $(call memory_bench,jobs,qmac,$(JOBS_RTL),hw/tb/jobs/stub/qmac_core.sv,-Wno-UNUSEDSIGNAL))
