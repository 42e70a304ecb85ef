/* SPDX-License-Identifier: GPL-2.0 */
#include <pthread.h>
#include <stdio.h>
#include "fail.h"
#include "job.h"
#include "object.h"

enum { THREADS_MAX = 8 };

static void *job_run(void *arg)
{
	struct job *j = (struct job *)arg;

	object_error_clear();
	j->rc = j->wanted ? j->run(j->arg) : 0;
	if (j->rc)
		snprintf(j->why, sizeof(j->why), "%s", object_error(j->rc));
	return NULL;
}

int jobs_run(struct job *jobs, size_t n, char **err)
{
	pthread_t thread[THREADS_MAX];
	bool threaded[THREADS_MAX] = { false };

	for (size_t i = 1; i < n && i < THREADS_MAX; i++)
		threaded[i] = jobs[i].wanted && !pthread_create(&thread[i], NULL, job_run, &jobs[i]);
	for (size_t i = 0; i < n; i++)
		if (i >= THREADS_MAX || !threaded[i])
			job_run(&jobs[i]);
	for (size_t i = 0; i < n && i < THREADS_MAX; i++)
		if (threaded[i])
			pthread_join(thread[i], NULL);
	for (size_t i = 0; i < n; i++)
		if (jobs[i].rc)
			return FAIL(err, jobs[i].rc, "%s: %s (fwctl -v shows the verifier's log)", jobs[i].what, jobs[i].why);
	return 0;
}
