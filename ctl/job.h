/* SPDX-License-Identifier: GPL-2.0 */
/* Loads side by side: TC programs are verified while XDP programs are, which is most of the time that a load takes. */
#ifndef FW_JOB_H
#define FW_JOB_H

#include <stdbool.h>
#include <stddef.h>

struct job {
	int (*run)(void *arg); /* 0 or a negative errno; object_error() tells more */
	void *arg;
	const char *what; /* is loaded, in words */
	bool wanted;
	/* Filled in. */
	int rc;
	char why[256];
};

/* All that are wanted, each in a thread where one is to be had. 0, or the first one's negative errno with *err. */
int jobs_run(struct job *jobs, size_t n, char **err);

#endif
