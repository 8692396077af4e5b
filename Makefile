# SPDX-License-Identifier: MIT
#
# qmac: entry points. Every room adds its part in <room>/build.mk, all included
# here: one make, no recursion. What fragments use and what they add to:
#
#   B                  output directory; objects in $(B)/obj/<room>, programs in
#                      $(B)/bin, libraries in $(B)/lib, the guest's files in
#                      $(B)/guest (bin, lib, share, tests)
#   Q, $(call say,CC,$@)   quiet recipes with one short line (V=1 shows commands)
#   CC CXX CFLAGS CXXFLAGS DEPFLAGS    for rules of your own
#   CFLAGS_<room>      added for C and C++ files of that room by the rules below
#   ALL += targets     built by `make all`
#   DEMO += targets    what `make demo` needs (default: everything)
#   DOCS += targets    built by `make docs`
#
# An object $(B)/obj/lib/quant.o from lib/quant.c (or .cc) needs no rule.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash

B := build
jobs := $(shell nproc)

.PHONY: help clean distclean env
help: ## this list
	@echo 'make TARGET (V=1 shows commands, QMAC_ENV=host|tree|auto picks the environment):'
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  \1\t\2/p' Makefile | expand -t 18

env: ## the build environment alone (build/env, or the host when it has all)
	@tools/env/ensure

clean: ## remove what was built; the environment stays
	@[ ! -d $(B) ] || find $(B) -mindepth 1 -maxdepth 1 ! -name 'env*' ! -name kernels \
		! -name data -exec rm -rf {} +

distclean: ## remove everything that make made, the environment too
	@rm -rf --one-file-system $(B)

local := help clean distclean env

ifeq ($(QMAC_ENTERED)$(wildcard /etc/qmac-tree),)
# Outside: do the same inside the environment. -j, other flags and NAME=VALUE
# travel in MAKEFLAGS.

goals := $(filter-out $(local),$(or $(MAKECMDGOALS),$(.DEFAULT_GOAL)))
.PHONY: $(goals) inside
ifneq ($(goals),)
$(goals): inside
	@:
inside: env
	+@tools/in-env make $(if $(findstring -j,$(MAKEFLAGS)),,-j$(jobs)) $(goals)
endif
# Without this, make would try to remake these when they are goals (e.g. build/bin/x).
Makefile: ;

else
# Inside: the real thing.

ifeq ($(findstring -j,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(jobs)
endif

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
endif

CC  := gcc
CXX := g++
AR  := ar

# Results must not depend on the compiler: no fused multiply-add, no fast-math.
WARN     := -Wall -Wextra -Werror
EXACT    := -ffp-contract=off -fno-math-errno
INCLUDES := -Iuapi -Ilib/include
OPTIMIZE := -O2
CFLAGS   := -std=c11 -D_GNU_SOURCE $(OPTIMIZE) -g $(WARN) $(EXACT) -fvisibility=hidden $(INCLUDES)
CXXFLAGS := -std=c++17 -D_GNU_SOURCE $(OPTIMIZE) -g $(WARN) $(EXACT) -fvisibility=hidden $(INCLUDES)
DEPFLAGS  = -MMD -MP -MF $(B)/dep/$(subst /,-,$(@:$(B)/%=%)).d

ALL :=
DEMO :=
DOCS :=

.PHONY: all demo check check-quick coverage fuzz bench bench-quantize docs format-check
all: ## build everything
demo: ## set everything up and run the digits demo in a VM
check: ## run every test
check-quick: ## run the quick tests (a few minutes once built)
coverage: ## lines of lib that the quick tests run; table and HTML
fuzz: ## run libFuzzer on every parser (FUZZ_SECONDS=60 each)
bench: ## measure speed; prints a table
bench-quantize: ## measure quantization beside oneDNN and memcpy; prints tables
docs: ## build the documentation into build/docs

-include $(sort $(wildcard */build.mk))

all: $(ALL)

demo: $(if $(DEMO),$(DEMO),all)
	$(Q)tools/demo

# The logs and the summary are the point: no job server in there.
check: all
	$(Q)env -u MAKEFLAGS -u MAKELEVEL tests/run

check-quick: all
	$(Q)env -u MAKEFLAGS -u MAKELEVEL tests/run --quick

coverage:
	$(Q)env -u MAKEFLAGS -u MAKELEVEL tests/coverage

bench: all
	$(Q)env -u MAKEFLAGS -u MAKELEVEL tests/bench/run

bench-quantize: $(B)/bin/bench-quantize
	$(Q)$<
	$(Q)if grep -qw avx512f /proc/cpuinfo; then echo; QMAC_ISA=avx2 $<; fi

docs: $(DOCS)

format-check: ## clang-format on every C and C++ file in git
	$(Q)git -c safe.directory='*' ls-files '*.c' '*.h' '*.cc' '*.cpp' | \
		xargs -r clang-format --dry-run -Werror

room = $(firstword $(subst /, ,$*))

$(B)/obj/%.o: %.c Makefile
	$(call say,CC,$@)
	@mkdir -p $(@D) $(B)/dep
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_$(room)) $(DEPFLAGS) -c -o $@ $<

$(B)/obj/%.o: %.cc Makefile
	$(call say,CXX,$@)
	@mkdir -p $(@D) $(B)/dep
	$(Q)$(CXX) $(CXXFLAGS) $(CFLAGS_$(room)) $(DEPFLAGS) -c -o $@ $<

-include $(wildcard $(B)/dep/*.d)

endif
