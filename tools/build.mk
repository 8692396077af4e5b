# SPDX-License-Identifier: MIT
#
# The qmac command, for the host and for the guest.

CFLAGS_tools := -I. -Itools -Itools/qmac

# Also used by examples, whose fragment is read before this one: hence an archive. Files
# are written as the library writes them.
$(B)/obj/tools/npy.a: $(patsubst %.c,$(B)/obj/%.o,$(wildcard tools/npy/*.c) lib/formats/whole_file.c)
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

# The command and its pages, beside what install-lib installs.
tool_dest = $(DESTDIR)$(or $(PREFIX),/usr/local)

.PHONY: install-tool
install-tool: $(B)/bin/qmac $(B)/man/.tool
	$(if $(DESTDIR),,$(error install-tool: say where with DESTDIR=DIRECTORY [PREFIX=/usr/local]))
	$(Q)install -d $(addprefix $(tool_dest)/,bin share/man/man1 share/man/man5)
	$(Q)install -m 755 $(B)/bin/qmac $(tool_dest)/bin
	$(Q)install -m 644 $(B)/man/man1/*.1 $(tool_dest)/share/man/man1
	$(Q)install -m 644 $(B)/man/man5/*.5 $(tool_dest)/share/man/man5
