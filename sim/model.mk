# SPDX-License-Identifier: MIT
#
# The device models: plugins behind struct qmac_model_ops, and the in-process
# memory for programs that host one. Included by sim/build.mk.
#
#   QMAC_MODELS         plugins
#   QMAC_MEMORY_OBJS    objects of the in-process memory, position independent

model_obj := $(B)/obj/sim
ref_archive := $(B)/lib/libqmac-ref.a

functional_obj := $(patsubst %.c,$(B)/obj/%.o,$(wildcard sim/functional/*.c))
functional_so := $(B)/lib/qmac/qmac-model-functional.so

QMAC_MODELS := $(functional_so)
QMAC_MEMORY_OBJS := $(patsubst %.c,$(B)/obj/%.o,$(wildcard sim/memory/*.c))

$(functional_obj) $(QMAC_MEMORY_OBJS): CFLAGS += -fPIC -I.

# Only the table leaves a plugin: its reference operators are its own.
$(functional_so): $(functional_obj) $(ref_archive) sim/functional/plugin.map
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -Wl,--version-script=sim/functional/plugin.map -Wl,-z,defs -o $@ \
		$(functional_obj) $(ref_archive)

# The RTL, Verilated once per array shape. The 8x8 build carries the assertions;
# the others are for speed.
VERILATOR ?= verilator
rtl_shapes := 16x16 8x8 32x32
rtl_packages := $(wildcard hw/rtl/*_pkg.sv)
# Packages that others are built on come first.
rtl_base := hw/rtl/qmac_regs_pkg.sv hw/rtl/qmac_pkg.sv
rtl_src := $(rtl_base) $(filter-out $(rtl_base),$(rtl_packages)) hw/rtl/qmac.sv
RTL_FILES := $(wildcard hw/rtl/*.sv) hw/lint.vlt
rtl_flags := --top-module qmac -y hw/rtl hw/lint.vlt
# Initial values are chosen when a model is created: zero, or random in tests.
rtl_verilate := $(VERILATOR) --cc --prefix Vqmac -O3 --x-assign fast --x-initial unique \
	--trace-fst $(rtl_flags)
rtl_checks_8x8 := --assert

# The model is compiled for the processor it is built on, a sixth faster; RTL_ARCH=
# makes one for any. Another processor or choice compiles it again.
RTL_ARCH ?= -march=native
rtl_arch_stamp := $(B)/obj/rtl/arch
rtl_arch_now := $(RTL_ARCH) $(shell $(CC) $(RTL_ARCH) -Q --help=target 2>/dev/null | cksum)
ifneq ($(rtl_arch_now),$(file <$(rtl_arch_stamp)))
$(shell mkdir -p $(B)/obj/rtl)
$(file >$(rtl_arch_stamp),$(rtl_arch_now))
endif

verilator_root = $(shell $(VERILATOR) --getenv VERILATOR_ROOT)
rtl_runtime := $(patsubst %,$(B)/obj/rtl/runtime/%.o,verilated verilated_threads verilated_fst_c)
rtl_cxxflags = -std=c++17 -fPIC -fvisibility=hidden -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVM_COVERAGE=0 \
	-DVM_SC=0 -DVERILATOR=1 -isystem $(verilator_root)/include \
	-isystem $(verilator_root)/include/vltstd

$(rtl_runtime): $(B)/obj/rtl/runtime/%.o:
	$(call say,CXX,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) -O2 $(rtl_cxxflags) -w -c -o $@ $(verilator_root)/include/$*.cpp

# Each step in a directory of the shape: generate, compile, wrap, link.
define rtl_shape
rtl_dir_$(1) := $$(B)/obj/rtl/$(1)
rtl_so_$(1) := $$(B)/lib/qmac/qmac-model-rtl-$(1).so

$$(rtl_dir_$(1))/Vqmac.mk: $$(RTL_FILES) sim/model.mk
	$$(call say,VERILAT,$$(@D))
	@mkdir -p $$(@D)
	$$(Q)$$(rtl_verilate) $$(or $$(rtl_checks_$(1)),--no-assert) -GKC=$(firstword $(subst x, ,$(1))) \
		-GNC=$(lastword $(subst x, ,$(1))) -Mdir $$(@D) $$(rtl_src) >/dev/null

$$(rtl_dir_$(1))/Vqmac__ALL.a: $$(rtl_dir_$(1))/Vqmac.mk $$(rtl_arch_stamp)
	$$(call say,CXX,$$@)
	$$(Q)rm -f $$@ $$(@D)/Vqmac__ALL.o
	$$(Q)+$$(MAKE) -s -C $$(@D) -f Vqmac.mk VM_PARALLEL_BUILDS=0 OPT_FAST='-O3 $$(RTL_ARCH)' \
		OPT_SLOW=-O0 CXX='$$(CXX) -fPIC -fvisibility=hidden' Vqmac__ALL.a >/dev/null

$$(rtl_dir_$(1))/wrapper.o: sim/rtl/rtl_model.cc sim/memory/axi.h sim/model/model.h \
		$$(rtl_dir_$(1))/Vqmac.mk
	$$(call say,CXX,$$@)
	$$(Q)$$(CXX) $$(filter-out -std=%,$$(CXXFLAGS)) -O3 $$(rtl_cxxflags) -I. -I$$(@D) \
		-DQMAC_KC=$(firstword $(subst x, ,$(1))) -DQMAC_NC=$(lastword $(subst x, ,$(1))) \
		-c -o $$@ $$<

$$(rtl_so_$(1)): $$(rtl_dir_$(1))/wrapper.o $$(rtl_dir_$(1))/Vqmac__ALL.a $$(rtl_runtime) \
		$$(B)/obj/sim/memory/axi.o
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) -shared -Wl,--version-script=sim/functional/plugin.map -Wl,-z,defs -o $$@ $$^ \
		-lz -pthread
endef
$(foreach shape,$(rtl_shapes),$(eval $(call rtl_shape,$(shape))))

# axi.c is in every simulated cycle.
$(B)/obj/sim/memory/axi.o: CFLAGS += -O3

QMAC_MODELS += $(foreach shape,$(rtl_shapes),$(rtl_so_$(shape)))

ALL += $(QMAC_MODELS)
