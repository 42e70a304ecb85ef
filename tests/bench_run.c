/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_run: what fwctl costs, beside others. scripts/bench.sh starts it in network and mount namespaces of its own, with
 *   --parts WORDS         of `packet live apply`, and `quick` for fewer rounds; all parts where none is named
 *   --classbench DIR      ClassBench sets
 *   --peer ID, --peer-small ID    xdp-filter's programs
 *   --live FILE           links to contenders (scripts/bench-live.sh)
 *   --fwctl PATH          the binary
 *   --apply NETNS         where fwctl is attached
 *   --output DIR          for bench.json, bench.md, bench.svg
 * Exit status: 0, 1 it could not be measured, 2 usage, 3 something required was missed.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "../ctl/programs.h"
#include "bench_plot.h"
#include "bench_report.h"
#include "bench_sections.h"

double bench_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_go_first(bool on)
{
	const struct sched_param p = { .sched_priority = on ? BENCH_FIRST : 0 };

	(void)sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &p);
}

struct run {
	struct bench_options o;
	const char *output;
};

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
		{ "parts", required_argument, NULL, 'p' },
		{ "classbench", required_argument, NULL, 'c' },
		{ "peer", required_argument, NULL, 'x' },
		{ "peer-small", required_argument, NULL, 'y' },
		{ "live", required_argument, NULL, 'l' },
		{ "fwctl", required_argument, NULL, 'f' },
		{ "apply", required_argument, NULL, 'a' },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	bool ok = true;
	int c;

	while (ok && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			ok = read_parts(optarg, run);
			break;
		case 'c':
			run->o.classbench = optarg;
			break;
		case 'x':
			ok = (run->o.peer = program_of(optarg)) >= 0;
			break;
		case 'y':
			ok = (run->o.peer_small = program_of(optarg)) >= 0;
			break;
		case 'l':
			run->o.live = optarg;
			break;
		case 'f':
			run->o.fwctl = optarg;
			break;
		case 'a':
			run->o.apply_netns = optarg;
			break;
		case 'o':
			run->output = run->o.folder = optarg;
			break;
		default:
			ok = false;
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

/* OUTPUT/bench.NAME for writing, or NULL with a message. */
static FILE *create(const struct run *run, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/bench.%s", run->output, name);
	FILE *f = fopen(path, "w");

	if (!f)
		fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
	return f;
}

/* What the figures stand and fall with. */
static void print_machine(FILE *f)
{
	struct utsname u = { .release = "" };
	char line[256], model[128] = "unknown processor", date[32];
	time_t now = time(NULL);
	FILE *cpu = fopen("/proc/cpuinfo", "r");

	uname(&u);
	u.release[strcspn(u.release, "-")] = '\0'; /* what distributions add */
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime(&now));
	while (cpu && fgets(line, sizeof(line), cpu))
		if (sscanf(line, "model name : %127[^\n]", model) == 1)
			break;
	if (cpu)
		fclose(cpu);
	fprintf(f, "fwctl %s, Linux %s, %s, %ld CPUs, %s; medians of the rounds.\n", FWCTL_VERSION, u.release, model,
		sysconf(_SC_NPROCESSORS_ONLN), date);
}

static int report(const struct run *run, const struct bench_results *r)
{
	FILE *json = create(run, "json"), *md = create(run, "md"), *svg = create(run, "svg");
	int status = json && md && svg ? 0 : 1;
	bool met;

	print_machine(stdout);
	bench_tables(r, BENCH_TERMINAL, stdout);
	met = bench_require(r, run->o.parts, stdout);
	if (!status) {
		bench_json(r, json);
		print_machine(md);
		bench_tables(r, BENCH_MARKDOWN, md);
		fprintf(md, "\n![The same as curves](bench.svg)\n\n```");
		bench_require(r, run->o.parts, md);
		fprintf(md, "```\n");
		bench_plot(r, svg);
	}
	if (json)
		status |= fclose(json) ? 1 : 0;
	if (md)
		status |= fclose(md) ? 1 : 0;
	if (svg)
		status |= fclose(svg) ? 1 : 0;
	return status ? 1 : met ? 0 : 3;
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
	if (run.o.parts & BENCH_APPLY && run.o.apply_netns)
		rc = bench_section_apply(&run.o, &results, &err);
	stay();
	if (!rc && run.o.parts & BENCH_PACKET)
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
