# SPDX-License-Identifier: MIT

docs_sources := $(wildcard Documentation/*.rst Documentation/*/*.rst Documentation/*/*.txt) Documentation/conf.py \
	uapi/drm/qmac_accel.h

DOCS += $(B)/docs/index.html

# A warning (dead reference, page outside the tree) is an error.
$(B)/docs/index.html: $(docs_sources)
	$(call say,SPHINX,$(@D))
	$(Q)sphinx-build -q -W --keep-going -b html -d $(B)/obj/docs Documentation $(@D)

# The pages of the command, for man(1). Those of the library are made from its headers.
docs_man := $(B)/man/.tool

DOCS += $(docs_man)

$(docs_man): $(docs_sources)
	$(call say,SPHINX,$(B)/man/man1 $(B)/man/man5)
	$(Q)rm -rf $(B)/man/man1 $(B)/man/man5
	$(Q)sphinx-build -q -W --keep-going -b man -d $(B)/obj/docs-man Documentation $(B)/man
	$(Q)touch $@
