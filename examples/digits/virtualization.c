// SPDX-License-Identifier: MIT
#include "virtualization.h"

#include <cpuid.h>
#include <string.h>

const char *virtualization_name(void)
{
	static char signature[13];
	unsigned int a, b, c, d;

	/* Leaf 1, ECX bit 31: a hypervisor answers from 0x40000000 on. */
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 31)))
		return "none";
	__cpuid(0x40000000, a, b, c, d);
	memcpy(signature, &b, 4);
	memcpy(signature + 4, &c, 4);
	memcpy(signature + 8, &d, 4);
	if (!strcmp(signature, "KVMKVMKVM"))
		return "KVM";
	if (!strcmp(signature, "TCGTCGTCGTCG"))
		return "TCG";
	return signature;
}
