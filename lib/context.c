// SPDX-License-Identifier: MIT
#include "context.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simd/choice.h"

#define MESSAGE_BYTES 512

struct qmac_context {
	char message[MESSAGE_BYTES];
	struct simd simd;
};

int qmac_context_create(struct qmac_context **out)
{
	struct qmac_context *context = calloc(1, sizeof(*context));
	int error;

	if (!context)
		return -ENOMEM;
	error = simd_init(&context->simd);
	if (error)
		free(context);
	else
		*out = context;
	return error;
}

void qmac_context_destroy(struct qmac_context *context)
{
	free(context);
}

const char *qmac_context_message(const struct qmac_context *context)
{
	return context->message;
}

const struct simd *qmac_context_simd(const struct qmac_context *context)
{
	return &context->simd;
}

unsigned int qmac_context_isa(const struct qmac_context *context)
{
	return context->simd.isa;
}

int qmac_context_use_isa(struct qmac_context *context, unsigned int isa)
{
	const char *name = qmac_isa_name(isa);

	if (!name)
		return qmac_fail(context, -EINVAL, "instruction set %u is none of QMAC_ISA_*", isa);
	if (!qmac_isa_supported(isa))
		return qmac_fail(context, -EOPNOTSUPP,
				 "this processor has no %s: use one that qmac_isa_supported() says",
				 name);
	simd_use(&context->simd, isa);
	return 0;
}

/* Names out of files stand in messages: one line, and nothing a terminal would obey. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

int qmac_fail(struct qmac_context *context, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(context->message, sizeof(context->message), format, args);
	va_end(args);
	make_printable(context->message);
	return error;
}

int qmac_fail_more(struct qmac_context *context, int error, const char *format, ...)
{
	char before[MESSAGE_BYTES];
	size_t length, rest;
	va_list args;

	va_start(args, format);
	vsnprintf(before, sizeof(before), format, args);
	va_end(args);
	make_printable(before);
	length = strlen(before);
	rest = strlen(context->message) + 1;
	if (length + rest > sizeof(context->message))
		rest = sizeof(context->message) - length;
	memmove(context->message + length, context->message, rest);
	memcpy(context->message, before, length);
	context->message[sizeof(context->message) - 1] = '\0';
	return error;
}

int qmac_fail_nomem(struct qmac_context *context, const char *what)
{
	return qmac_fail(context, -ENOMEM, "no memory for %s", what);
}
