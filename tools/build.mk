# SPDX-License-Identifier: MIT
#
# The qmac command, for the host and for the guest.

CFLAGS_tools := -Itools -Itools/qmac

# Also used by examples, whose fragment is read before this one: hence an archive.
$(B)/obj/tools/npy.a: $(patsubst %.c,$(B)/obj/%.o,$(wildcard tools/npy/*.c))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

TOOL_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tools/qmac/*.c))

$(B)/bin/qmac: $(TOOL_OBJ) $(B)/obj/tools/npy.a $(B)/lib/libqmac.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(TOOL_OBJ) $(B)/obj/tools/npy.a -L$(B)/lib -lqmac -ljson-c -lm \
		-Wl,-rpath,'$$ORIGIN/../lib'

ALL  += $(B)/bin/qmac $(B)/guest/bin/qmac

# The demo runs on the RTL behind the driver of the default guest kernel.
DEMO += $(B)/guest/bin/qmac $(B)/bin/qmac-sim $(B)/lib/qmac/qmac-model-rtl-16x16.so \
	$(B)/driver/6.12/qmac.ko
