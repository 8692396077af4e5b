# SPDX-License-Identifier: MIT
#
# Programs to copy from. They are built as users' programs are, against the
# shared library, and go into the guest too.

CFLAGS_examples := -Itools

EXAMPLE_LIBS := -L$(B)/lib -lqmac -Wl,-rpath,'$$ORIGIN/../lib' -lm

EXAMPLE_PROGRAMS := $(addprefix $(B)/bin/example-,gemm quantize)

$(EXAMPLE_PROGRAMS): $(B)/bin/example-%: $(B)/obj/examples/%.o $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $< $(EXAMPLE_LIBS)

DIGITS_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard examples/digits/*.c))

$(B)/bin/digits: $(DIGITS_OBJ) $(B)/obj/tools/npy.a $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(DIGITS_OBJ) $(B)/obj/tools/npy.a $(EXAMPLE_LIBS) -ljson-c

# Training is worth optimizing; the bits stay the same.
QAT_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard examples/qat/*.c))

$(QAT_OBJ): CFLAGS += -O3

$(B)/bin/qat: $(QAT_OBJ) $(B)/obj/tools/npy.a $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(QAT_OBJ) $(B)/obj/tools/npy.a $(EXAMPLE_LIBS) -ljson-c

# All images, for training here.
QAT_DATA := $(B)/share/digits

$(QAT_DATA)/.stamp: examples/digits/export.py examples/digits/dataset.py
	$(call say,DATA,$(@D))
	$(Q)PYTHONDONTWRITEBYTECODE=1 examples/digits/export.py --images $(@D)
	@touch $@

# The network's float weights and the data, as the guest reads them.
DIGITS_DATA := $(B)/guest/share/digits

$(DIGITS_DATA)/.stamp: examples/digits/export.py examples/digits/dataset.py \
		examples/digits/digits.onnx
	$(call say,DATA,$(@D))
	$(Q)PYTHONDONTWRITEBYTECODE=1 examples/digits/export.py $(@D)
	@touch $@

$(B)/guest/bin/%: $(B)/bin/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

EXAMPLES := $(EXAMPLE_PROGRAMS) $(B)/bin/digits $(DIGITS_DATA)/.stamp \
	$(B)/guest/bin/example-gemm $(B)/guest/bin/digits
ALL  += $(EXAMPLES) $(B)/bin/qat $(QAT_DATA)/.stamp
DEMO += $(EXAMPLES)
