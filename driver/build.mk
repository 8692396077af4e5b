# SPDX-License-Identifier: MIT
#
# The driver, for every kernel of the environment: $(B)/driver/<kver>/qmac.ko.
# Each is built in its own copy of the sources, so that kernels do not meet.

driver-kernels := $(notdir $(patsubst %/,%,$(dir $(wildcard $(B)/kernels/*/release))))
driver-sources := Kbuild driver/Makefile $(wildcard driver/*.c driver/*.h) \
	uapi/drm/qmac_accel.h uapi/drm/qmac_cmd.h
driver-modules := $(driver-kernels:%=$(B)/driver/%/qmac.ko)

# The debug kernel is for `make check-debug` alone.
ALL += $(filter-out %/debug/qmac.ko,$(driver-modules))

$(sort $(driver-modules) $(B)/driver/debug/qmac.ko): $(B)/driver/%/qmac.ko: $(driver-sources) driver/build.mk $(B)/kernels/%/release
	$(call say,KO,$@)
	@mkdir -p $(@D)/src
	$(Q)rsync -aR --delete $(driver-sources) $(@D)/src/
	$(Q)$(MAKE) $(if $(filter 1,$(V)),,-s) -C $(B)/kernels/$*/build M=$(abspath $(@D))/src \
		W=1 KCFLAGS=-Werror modules
	$(Q)cp $(@D)/src/driver/qmac.ko $@

.PHONY: driver driver-sparse
driver: $(filter-out %/debug/qmac.ko,$(driver-modules))

$(B)/kernels/debug/release: tools/debug-kernel tools/guest/debug.config driver/Kconfig
	$(Q)env -u MAKEFLAGS -u MAKELEVEL tools/debug-kernel

.PHONY: check-debug
check-debug: all $(B)/driver/debug/qmac.ko ## the driver's tests on a kernel with KASAN, lockdep etc.
	@mkdir -p $(B)/logs
	$(Q)for model in functional rtl; do \
		tests/kselftest/suite debug $$model full > $(B)/logs/kselftest-debug-$$model.log; \
		status=$$?; grep -E '^(not ok|# user|# root|1\.\.)' $(B)/logs/kselftest-debug-$$model.log; \
		[ $$status = 0 ] && ! grep -q '^not ok' $(B)/logs/kselftest-debug-$$model.log || exit 1; \
	done

# sparse over all of it; fails on any complaint. Of Debian 13 only for 6.12: it does
# not understand the headers of newer kernels (__typeof_unqual__). KBUILD_CHECKSRC
# instead of C=2: Debian's headers lack the script that C=2 calls first.
driver-sparse: ## check the driver with sparse
	$(Q)dir=$(abspath $(B))/driver/sparse; mkdir -p $$dir; \
		rsync -aR --delete $(driver-sources) $$dir/; \
		$(MAKE) -s -C $(B)/kernels/6.12/build M=$$dir KBUILD_CHECKSRC=2 modules 2>&1 | \
			tee $$dir/log; \
		! grep -E 'warning:|error:|ERROR' $$dir/log

# Tests in the guest: programs and their runner.
kselftest-names := query bo mmap queue submit vm fence load long fault prime kill recover
kselftest-programs := $(kselftest-names:%=$(B)/guest/tests/kselftest/%)

$(kselftest-programs): $(B)/guest/tests/kselftest/%: tests/kselftest/%.c \
		tests/kselftest/qmac_test.h tests/kselftest/kselftest_harness.h \
		uapi/drm/qmac_accel.h uapi/drm/qmac_cmd.h driver/build.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN) -Iuapi -isystem /usr/include/libdrm \
		-static -o $@ $<

$(B)/guest/tests/kselftest/run: tests/kselftest/guest_run
	@mkdir -p $(@D)
	$(Q)install -m 0755 $< $@

ALL += $(kselftest-programs) $(B)/guest/tests/kselftest/run
