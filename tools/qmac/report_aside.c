// SPDX-License-Identifier: MIT
#include "report_aside.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void report_aside(const char *output)
{
	struct stat written, printed;

	if (output && !stat(output, &written) && !fstat(STDOUT_FILENO, &printed) &&
	    written.st_dev == printed.st_dev && written.st_ino == printed.st_ino) {
		fflush(stdout);
		dup2(STDERR_FILENO, STDOUT_FILENO);
	}
}
