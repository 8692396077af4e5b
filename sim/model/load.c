// SPDX-License-Identifier: MIT
#include "model/model.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef QMAC_MODEL_INSTALL_DIR
#define QMAC_MODEL_INSTALL_DIR "/usr/local/lib/qmac"
#endif

#define DEFAULT_SHAPE "16x16"

/* "<KC>x<NC>" in decimal, nothing else: it becomes part of a file name. */
static bool is_shape(const char *text)
{
	size_t kc = strspn(text, "0123456789"), nc;

	if (kc == 0 || kc > 4 || text[kc] != 'x')
		return false;
	nc = strspn(text + kc + 1, "0123456789");
	return nc > 0 && nc <= 4 && text[kc + 1 + nc] == '\0';
}

static int object_name(char *object, size_t size, const char *name)
{
	if (!strcmp(name, "functional"))
		snprintf(object, size, "qmac-model-functional.so");
	else if (!strcmp(name, "rtl"))
		snprintf(object, size, "qmac-model-rtl-" DEFAULT_SHAPE ".so");
	else if (!strncmp(name, "rtl:", 4) && is_shape(name + 4))
		snprintf(object, size, "qmac-model-rtl-%s.so", name + 4);
	else
		return -EINVAL;
	return 0;
}

/* ../lib/qmac from the directory of the file @path. */
static bool beside(char *dir, size_t size, const char *path)
{
	char real[PATH_MAX];
	char *slash;

	if (!realpath(path, real))
		return false;
	slash = strrchr(real, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return (size_t)snprintf(dir, size, "%s/../lib/qmac", real) < size;
}

static bool beside_this_code(char *dir, size_t size)
{
	Dl_info info;

	return dladdr((const void *)(uintptr_t)qmac_model_load, &info) && info.dli_fname &&
	       beside(dir, size, info.dli_fname);
}

static bool try_directory(char *path, const char *dir, const char *object)
{
	return (size_t)snprintf(path, PATH_MAX, "%s/%s", dir, object) < PATH_MAX &&
	       access(path, F_OK) == 0;
}

static bool find_object(char *path, const char *object)
{
	const char *chosen = getenv("QMAC_MODEL_DIR");
	char dir[PATH_MAX];

	if (chosen && *chosen)
		return try_directory(path, chosen, object);
	if (beside(dir, sizeof(dir), "/proc/self/exe") && try_directory(path, dir, object))
		return true;
	if (beside_this_code(dir, sizeof(dir)) && try_directory(path, dir, object))
		return true;
	return try_directory(path, QMAC_MODEL_INSTALL_DIR, object);
}

static int load_object(const struct qmac_model_ops **ops, const char *path, char *message,
		       size_t message_size)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct qmac_model_ops *found;

	if (!object) {
		snprintf(message, message_size, "cannot load the device model: %s; build it again",
			 dlerror());
		return -ELIBBAD;
	}
	found = dlsym(object, QMAC_MODEL_SYMBOL);
	if (!found || found->abi != QMAC_MODEL_ABI) {
		if (found)
			snprintf(message, message_size,
				 "%s has model interface %u, this program needs %u; build both "
				 "from the same source",
				 path, found->abi, QMAC_MODEL_ABI);
		else
			snprintf(message, message_size,
				 "%s is no device model: it has no symbol %s", path,
				 QMAC_MODEL_SYMBOL);
		dlclose(object);
		return -ELIBBAD;
	}
	*ops = found;
	return 0;
}

int qmac_model_load(const struct qmac_model_ops **ops, const char *name, char *message,
		    size_t message_size)
{
	const char *chosen = getenv("QMAC_MODEL_DIR");
	char object[64], path[PATH_MAX];

	if (object_name(object, sizeof(object), name)) {
		snprintf(message, message_size,
			 "unknown device model \"%.64s\"; known are functional, rtl and "
			 "rtl:<KC>x<NC>",
			 name);
		return -EINVAL;
	}
	if (!find_object(path, object)) {
		snprintf(
			message, message_size,
			"no %s in %s; run make, or set QMAC_MODEL_DIR to the directory that has it",
			object,
			chosen && *chosen ? chosen : "../lib/qmac or " QMAC_MODEL_INSTALL_DIR);
		return -ENOENT;
	}
	return load_object(ops, path, message, message_size);
}
