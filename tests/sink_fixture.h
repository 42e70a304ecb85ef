/* SPDX-License-Identifier: GPL-2.0 */
/* A collector with a table in memory, for tests of its sinks. */
#ifndef TESTS_SINK_FIXTURE_H
#define TESTS_SINK_FIXTURE_H

#include "flow_sim.h"

#define SECOND_NS 1000000000ull

struct sink_fixture {
	struct sim s;
	struct collector c;
	unsigned int said; /* lines to the operator, and the last of them */
	char last[256];
	__u64 told;    /* records */
	char path[64]; /* an empty file */
	int standard;  /* the standard output of this process, kept; -1: it is in its place */
};

/* For cmocka; *state is the fixture. */
int sink_fixture_open(void **state);
int sink_fixture_close(void **state);

/* Standard output goes to fd, which is taken over, until it is given back or the test ends. */
void redirect(struct sink_fixture *f, int fd);
void give_back(struct sink_fixture *f);

/* So many flows, each told of at once, in a tick at this time. Milliseconds that it took. */
__u64 tell(struct sink_fixture *f, unsigned int n, __u64 monotonic_ns);

#endif
