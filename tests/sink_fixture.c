/* SPDX-License-Identifier: GPL-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "sink_fixture.h"

static void say(void *arg, const char *text)
{
	struct sink_fixture *f = (struct sink_fixture *)arg;

	f->said++;
	snprintf(f->last, sizeof(f->last), "%s", text);
}

int sink_fixture_open(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)xcalloc(1, sizeof(*f));
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sim_init(&f->s, SIM_QUEUE);
	sim_collector(&f->s, &f->c);
	f->c.env.say = say;
	f->c.env.arg = f;
	f->standard = -1;
	memcpy(f->path, "/tmp/fwctl-sinks-XXXXXX", sizeof("/tmp/fwctl-sinks-XXXXXX"));
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	*state = f;
	return 0;
}

void redirect(struct sink_fixture *f, int fd)
{
	assert_true(fd >= 0);
	(void)fflush(stdout);
	f->standard = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
}

void give_back(struct sink_fixture *f)
{
	if (f->standard < 0)
		return;
	(void)dup2(f->standard, STDOUT_FILENO);
	close(f->standard);
	f->standard = -1;
}

int sink_fixture_close(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;

	give_back(f);
	collect_close_sinks(&f->c);
	unlink(f->path);
	sim_free(&f->s);
	free(f);
	return 0;
}

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * SECOND_NS + (__u64)t.tv_nsec;
}

__u64 tell(struct sink_fixture *f, unsigned int n, __u64 monotonic_ns)
{
	__u64 before = now_ns();

	for (unsigned int i = 0; i < n; i++) {
		sim_insert(&f->s, i % SIM_PLACES, PROTO_UDP, false);
		if (f->s.queued == SIM_QUEUE || i + 1 == n) {
			for (size_t k = 0; k < f->s.queued; k++)
				sweep_end(&f->c.sweep, &f->s.queue[k]);
			f->told += f->s.queued;
			f->s.queued = 0;
		}
	}
	assert_int_equal(collect_tick(&f->c, f->s.now, monotonic_ns), 0);
	return (now_ns() - before) / 1000000;
}
