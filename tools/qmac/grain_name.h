/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_GRAIN_NAME_H
#define QMAC_TOOL_GRAIN_NAME_H

/** grain_name() - name of an enum qmac_grain in reports and files; NULL beyond the last. */
const char *grain_name(unsigned int grain);

#endif /* QMAC_TOOL_GRAIN_NAME_H */
