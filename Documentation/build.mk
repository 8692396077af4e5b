# SPDX-License-Identifier: MIT

docs_sources := $(wildcard Documentation/*.rst Documentation/*/*.rst) Documentation/conf.py \
	uapi/drm/qmac_accel.h

DOCS += $(B)/docs/index.html

# A warning (dead reference, page outside the tree) is an error.
$(B)/docs/index.html: $(docs_sources)
	$(call say,SPHINX,$(@D))
	$(Q)sphinx-build -q -W --keep-going -b html -d $(B)/obj/docs Documentation $(@D)
