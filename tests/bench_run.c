/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_run [PEER_PROGRAM_ID] OUTPUT.json: what a packet costs, by BPF_PROG_TEST_RUN. scripts/bench.sh starts it in
 * a network namespace of its own, beside xdp-filter.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "bench_report.h"

static const size_t sizes[] = { 1, 100, 1000, 10000 };
enum { SIZES = sizeof(sizes) / sizeof(*sizes), SUBJECTS = 3, CASES_MAX = 4 * SIZES + 2 };
enum { ROUNDS_MIN = 7, ROUNDS = 25, SECONDS = 40 }; /* fewer rounds where the machine is busy */
_Static_assert((int)ROUNDS <= (int)BENCH_ROUNDS_MAX, "room for the rounds");

struct bench {
	struct bench_instance instance;
	struct bench_probes probes;
	struct bench_ruleset rs[SUBJECTS][SIZES]; /* stateful in, stateless in, stateful out */
	struct bench_case cases[CASES_MAX];
	size_t n, rounds;
};

static int load_all(struct bench *b, char **err)
{
	unsigned int number = 0;
	int rc = 0;

	for (size_t i = 0; i < SUBJECTS; i++)
		for (size_t j = 0; j < SIZES; j++)
			b->rs[i][j] = (struct bench_ruleset){ .rules = sizes[j], .stateless = i == 1, .loaded = loaded_none(),
							      .direction = i == 2 ? DIRECTION_OUT : DIRECTION_IN };
	for (size_t i = 0; i < SUBJECTS && !rc; i++)
		for (size_t j = 0; j < SIZES && !rc; j++)
			rc = bench_ruleset_load(&b->instance, number++, &b->rs[i][j], err);
	return rc;
}

static void add(struct bench *b, enum bench_kind kind, const struct bench_ruleset *rs, int prog)
{
	b->cases[b->n++] = (struct bench_case){ .kind = kind, .rs = rs, .prog = prog };
}

static void add_cases(struct bench *b, int peer)
{
	for (size_t j = 0; j < SIZES; j++)
		add(b, CASE_KNOWN, &b->rs[0][j], -1);
	for (size_t j = 0; j < SIZES; j++)
		add(b, CASE_NEW, &b->rs[0][j], -1);
	for (size_t j = 0; j < SIZES; j++)
		add(b, CASE_STATELESS, &b->rs[1][j], -1);
	for (size_t j = 0; j < SIZES; j++)
		add(b, CASE_KNOWN_OUT, &b->rs[2][j], -1);
	add(b, CASE_MANY, &b->rs[0][SIZES - 1], -1);
	if (peer >= 0)
		add(b, CASE_PEER, &b->rs[0][0], peer);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure_all(struct bench *b, char **err)
{
	const double end = seconds() + SECONDS;
	int rc = 0;

	for (b->rounds = 0; !rc && b->rounds < ROUNDS && (b->rounds < ROUNDS_MIN || seconds() < end); b->rounds++) {
		rc = bench_measure_empty(&b->probes, &b->rs[0][0].packet, err);
		for (size_t i = 0; i < b->n && !rc; i++)
			rc = bench_measure(&b->instance, &b->probes, &b->cases[i], b->rounds, err);
	}
	return rc;
}

static int report(struct bench *b, const char *path)
{
	struct bench_result results[CASES_MAX];
	int rc;

	bench_results(b->cases, b->n, b->rounds, results);
	bench_print(results, b->n);
	rc = bench_write_json(path, results, b->n, b->rounds);
	if (rc) {
		fprintf(stderr, "bench: %s: %s\n", path, strerror(-rc));
		return 1;
	}
	return bench_check(results, b->n) ? 0 : 3;
}

static int bench(struct bench *b, int peer, const char *path)
{
	_cleanup_free_ char *err = NULL;
	int status = 1, rc = bench_instance_open(&b->instance, &err);

	if (rc) {
		fprintf(stderr, "bench: %s\n", err);
		return 1;
	}
	rc = bench_probes_open(&b->probes, &err);
	if (!rc) {
		rc = load_all(b, &err);
		add_cases(b, peer);
		rc = rc ?: measure_all(b, &err);
		bench_probes_close(&b->probes);
	}
	if (rc)
		fprintf(stderr, "bench: %s\n", err);
	else
		status = report(b, path);
	for (size_t i = 0; i < SUBJECTS * SIZES; i++)
		loaded_close(&b->rs[i / SIZES][i % SIZES].loaded);
	bench_instance_close(&b->instance);
	return status;
}

int main(int argc, char **argv)
{
	static struct bench b;
	_cleanup_close_ int peer = -1;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: bench_run [PEER_PROGRAM_ID] OUTPUT.json\n");
		return 2;
	}
	if (argc == 3) {
		peer = bpf_prog_get_fd_by_id((__u32)strtoul(argv[1], NULL, 10));
		if (peer < 0) {
			fprintf(stderr, "bench: no program %s: %s\n", argv[1], strerror(errno));
			return 1;
		}
	}
	objects_verbose(false);
	return bench(&b, peer, argv[argc - 1]);
}
