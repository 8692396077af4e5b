/* SPDX-License-Identifier: MIT */
#ifndef DIGITS_VIRTUALIZATION_H
#define DIGITS_VIRTUALIZATION_H

/* "KVM", "TCG", another hypervisor's signature, or "none". A static string. */
const char *virtualization_name(void);

#endif /* DIGITS_VIRTUALIZATION_H */
