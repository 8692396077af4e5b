# SPDX-License-Identifier: MIT
#
# libqmac: shared object, archive, pkg-config file, man pages.
#
#   $(B)/lib/libqmac.so       link programs with this
#   $(B)/lib/libqmac.a        the same as an archive; needs LIBQMAC_LIBS
#   $(B)/lib/libqmac-ref.a    the reference operators alone, for device models

LIB_VERSION := $(shell sed -n 's/^\#define QMAC_LIB_VERSION_[A-Z]* \([0-9]*\)$$/\1/p' \
	lib/include/qmac/version.h | paste -sd.)
LIB_SONAME  := libqmac.so.0

LIBQMAC_LIBS := $(shell pkg-config --libs libdrm json-c libprotobuf-c) -lm -ldl

CFLAGS_lib := -Ilib -I. -I$(B)/gen -fPIC $(shell pkg-config --cflags libdrm json-c libprotobuf-c)

lib_ref_obj := $(patsubst %.c,$(B)/obj/%.o,$(wildcard lib/ref/*.c))
lib_rooms := quant simd device gemm calibrate formats improve network onnx train
lib_obj := $(patsubst %.c,$(B)/obj/%.o,$(wildcard lib/*.c $(lib_rooms:%=lib/%/*.c))) \
	$(B)/obj/gen/onnx.pb-c.o

# What the in-process devices share with the simulator and the driver.
lib_shared_obj := $(addprefix $(B)/obj/,sim/model/load.o sim/memory/pool.o \
	sim/functional/command.o driver/qmac_pt.o)

# Loops that are only fast when they are vectorized.
$(addprefix $(B)/obj/lib/,ref/gemm.o quant/params.o quant/dequantize.o quant/entries.o \
	simd/scalar.o simd/avx2.o simd/avx512.o train/check.o train/forward.o train/backward.o \
	train/binary.o): CFLAGS += -O3
$(addprefix $(B)/obj/lib/improve/,moments.o ldl.o lanes.o error.o descent.o): CFLAGS += -O3
$(B)/obj/driver/qmac_pt.o: CFLAGS += -fPIC

$(addprefix $(B)/obj/lib/network/,run_conv.o run_elementwise.o run_quantize.o fake.o): CFLAGS += -O3

# The messages of ONNX, generated from its own description.
ONNX_PROTO := /usr/include/onnx/onnx.proto

$(B)/gen/onnx.pb-c.c: $(ONNX_PROTO)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) -I$(<D) $< 2>&1 | { grep -v 'protoc-c. is deprecated' >&2 || true; }

$(B)/gen/onnx.pb-c.h: $(B)/gen/onnx.pb-c.c
	@test -e $@

$(B)/obj/gen/%.o: $(B)/gen/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_lib) -c -o $@ $<

$(patsubst %.c,$(B)/obj/%.o,$(wildcard lib/onnx/*.c)) \
$(patsubst %.c,$(B)/obj/san/%.o,$(wildcard lib/onnx/*.c)): | $(B)/gen/onnx.pb-c.h

$(B)/lib/libqmac-ref.a: $(lib_ref_obj)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/lib/libqmac.a: $(lib_obj) $(lib_ref_obj) $(lib_shared_obj)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/lib/$(LIB_SONAME): $(lib_obj) $(lib_ref_obj) $(lib_shared_obj) lib/libqmac.map
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -Wl,-soname,$(LIB_SONAME) -Wl,--version-script=lib/libqmac.map \
		-Wl,-z,defs -o $@ $(filter %.o,$^) $(LIBQMAC_LIBS)

$(B)/lib/libqmac.so: $(B)/lib/$(LIB_SONAME)
	$(Q)ln -sf $(<F) $@ && touch -h $@

lib_pc = sed -e 's/@VERSION@/$(LIB_VERSION)/' -e 's|@PREFIX@|$(or $(PREFIX),/usr/local)|'

$(B)/lib/pkgconfig/qmac.pc: lib/qmac.pc.in lib/include/qmac/version.h
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(lib_pc) $< >$@

lib_headers := $(wildcard lib/include/qmac/*.h)
lib_man := $(B)/man/man3/.stamp

$(lib_man): lib/man/generate $(lib_headers)
	$(call say,MAN,$(@D))
	$(Q)rm -rf $(@D) && lib/man/generate $(@D) $(filter-out %/export.h,$(lib_headers))
	$(Q)touch $@

ALL += $(B)/lib/libqmac-ref.a $(B)/lib/libqmac.a $(B)/lib/libqmac.so $(B)/lib/pkgconfig/qmac.pc \
	$(lib_man)

# Everything a program needs that is built elsewhere. DESTDIR is required: in
# the build environment there is no other place that outlives the command. qmac.pc is made
# anew: what was built may have been built for another PREFIX.
lib_dest = $(DESTDIR)$(or $(PREFIX),/usr/local)

.PHONY: install-lib
install-lib: $(B)/lib/libqmac.a $(B)/lib/libqmac.so $(lib_man)
	$(if $(DESTDIR),,$(error install-lib: say where with DESTDIR=DIRECTORY [PREFIX=/usr/local]))
	$(Q)install -d $(addprefix $(lib_dest)/,include/qmac include/drm lib/pkgconfig lib/qmac \
		share/man/man3)
	$(Q)install -m 644 $(lib_headers) $(lib_dest)/include/qmac
	$(Q)install -m 644 uapi/drm/qmac_cmd.h uapi/drm/qmac_accel.h $(lib_dest)/include/drm
	$(Q)install -m 644 $(B)/lib/libqmac.a $(lib_dest)/lib
	$(Q)install -m 755 $(B)/lib/$(LIB_SONAME) $(lib_dest)/lib
	$(Q)ln -sf $(LIB_SONAME) $(lib_dest)/lib/libqmac.so
	$(Q)for model in $(B)/lib/qmac/*.so; do \
		[ ! -e $$model ] || install -m 755 $$model $(lib_dest)/lib/qmac; done
	$(Q)$(lib_pc) lib/qmac.pc.in >$(lib_dest)/lib/pkgconfig/qmac.pc
	$(Q)install -m 644 $(B)/man/man3/*.3 $(lib_dest)/share/man/man3

comma := ,

# Tests link the same sources, compiled with the sanitizers.
lib_san := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
lib_san_obj := $(patsubst $(B)/obj/%,$(B)/obj/san/%,$(lib_obj) $(lib_ref_obj) $(lib_shared_obj)) \
	$(B)/obj/san/tests/tap/tap.o
lib_tests := $(patsubst tests/lib/%.c,$(B)/tests/lib/%,$(wildcard tests/lib/*_test.c))

$(B)/obj/san/gen/%.o: $(B)/gen/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_lib) $(lib_san) -c -o $@ $<

$(B)/obj/san/%.o: %.c Makefile
	$(call say,CC,$@)
	@mkdir -p $(@D) $(B)/dep
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_lib) -Isim -Itests/lib -Itests/tap -Itests/random $(lib_san) $(DEPFLAGS) -c -o $@ $<

.SECONDARY: $(patsubst %.c,$(B)/obj/san/%.o,$(wildcard tests/lib/*_test.c))

$(B)/tests/lib/%: $(B)/obj/san/tests/lib/%.o $(lib_san_obj)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(lib_san) $(lib_wrap) -o $@ $^ $(LIBQMAC_LIBS)

# Tests whose allocations fail on demand.
lib_nomem_tests := $(filter $(B)/tests/lib/nomem_%,$(lib_tests))

$(lib_nomem_tests): $(B)/obj/san/tests/lib/nomem.o
$(lib_nomem_tests): lib_wrap := $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc reallocarray \
	aligned_alloc strdup strndup asprintf open_memstream)

# In the guest, against the driver: as users' programs are built.
lib_guest_tests := $(addprefix $(B)/guest/tests/lib/,device_test gemm_test)

$(lib_guest_tests): $(B)/guest/tests/lib/%: $(B)/obj/tests/lib/%.o $(B)/obj/tests/tap/tap.o \
		$(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(filter %.o,$^) -L$(B)/lib -lqmac -Wl,-rpath,'$$ORIGIN/../../lib'

$(patsubst %,$(B)/obj/tests/lib/%.o,device_test gemm_test): CFLAGS += -Itests/tap -Itests/random

ALL += $(lib_tests) $(lib_guest_tests)
