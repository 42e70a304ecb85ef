/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_run: what fwctl costs, beside others. scripts/bench.sh starts it in network and mount namespaces of its own, with
 *   --parts WORDS         of `packet live apply`, and `quick` for fewer rounds; all parts where none is named
 *   --classbench DIR      ClassBench sets
 *   --peer ID, --peer-small ID    xdp-filter's programs
 *   --live FILE           links to contenders (scripts/bench-live.sh)
 *   --fwctl PATH          the binary
 *   --output DIR          for bench.json
 * Exit status: 0, 1 it could not be measured, 2 usage, 3 something required was missed.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "../ctl/programs.h"
#include "bench_report.h"
#include "bench_sections.h"

double bench_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct run { struct bench_options o; const char *output; };

static int program_of(const char *id)
{
	int fd = bpf_prog_get_fd_by_id((__u32)strtoul(id, NULL, 10));

	if (fd < 0)
		fprintf(stderr, "bench: no program %s: %s\n", id, strerror(errno));
	return fd;
}

static bool read_parts(char *words, struct run *run)
{
	for (char *w = strtok(words, " ,"); w; w = strtok(NULL, " ,")) {
		if (!strcmp(w, "quick"))
			run->o.quick = true;
		else if (!strcmp(w, "packet"))
			run->o.parts |= BENCH_PACKET;
		else if (!strcmp(w, "live"))
			run->o.parts |= BENCH_LIVE;
		else if (!strcmp(w, "apply"))
			run->o.parts |= BENCH_APPLY;
		else if (strcmp(w, "all"))
			return fprintf(stderr, "bench: no part '%s' (packet, live, apply, all, quick)\n", w), false;
	}
	return true;
}

static bool read_options(int argc, char **argv, struct run *run)
{
	static const struct option options[] = {
		{ "parts", required_argument, NULL, 'p' }, { "classbench", required_argument, NULL, 'c' },
		{ "peer", required_argument, NULL, 'x' }, { "peer-small", required_argument, NULL, 'y' },
		{ "live", required_argument, NULL, 'l' }, { "fwctl", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' }, { NULL, 0, NULL, 0 },
	};
	bool ok = true;
	int c;

	while (ok && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'p': ok = read_parts(optarg, run); break;
		case 'c': run->o.classbench = optarg; break;
		case 'x': ok = (run->o.peer = program_of(optarg)) >= 0; break;
		case 'y': ok = (run->o.peer_small = program_of(optarg)) >= 0; break;
		case 'l': run->o.live = optarg; break;
		case 'f': run->o.fwctl = optarg; break;
		case 'o': run->output = optarg; break;
		default: ok = false;
		}
	}
	if (!run->o.parts)
		run->o.parts = BENCH_ALL;
	return ok && optind == argc && run->output && run->o.fwctl;
}

/* On one processor, so that no cost of a move is measured; it does without where that is not allowed. */
static void stay(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static int report(const struct run *run, const struct bench_results *r)
{
	_cleanup_free_ char *json = xasprintf("%s/bench.json", run->output);
	int rc;

	bench_tables(r, BENCH_TERMINAL, stdout);
	rc = bench_write_json(r, json);
	if (rc) {
		fprintf(stderr, "bench: %s: %s\n", run->output, strerror(-rc));
		return 1;
	}
	return bench_require(r, run->o.parts, stdout) ? 0 : 3;
}

int main(int argc, char **argv)
{
	struct run run = { .o = { .peer = -1, .peer_small = -1 } };
	struct bench_results results = { .n = 0 };
	_cleanup_free_ char *err = NULL;
	int rc = 0, status = 1;

	if (!read_options(argc, argv, &run))
		return 2;
	objects_verbose(false);
	stay();
	if (run.o.parts & BENCH_PACKET)
		rc = bench_section_packet(&run.o, &results, &err);
	if (!rc && run.o.parts & BENCH_LIVE && run.o.live)
		rc = bench_section_live(&run.o, &results, &err);
	if (rc)
		fprintf(stderr, "bench: %s\n", err);
	else
		status = report(&run, &results);
	bench_results_free(&results);
	return status;
}
