/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/membarrier.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../ctl/compile.h"
#include "../ctl/fail.h"
#include "../ctl/parse.h"
#include "../ctl/print.h"
#include "bench_mix.h"
#include "bench_rules.h"
#include "bench_sections.h"
#include "classbench.h"

static const size_t sizes[] = { 1000, 10000, 100000 };
#define SET_NAME(name) name,
static const char *const set_names[] = { BENCH_SETS(SET_NAME) };
enum { SIZES = ARRAY_COUNT(sizes), SETS = ARRAY_COUNT(set_names), SUBJECTS_MAX = SIZES * (1 + SETS), VARIANTS = 2 };
enum { ROUNDS = 5, RULES_BYTES_MAX = 1 << 28 };

/* A ruleset as two files that differ in one rule: what is live already is not applied. */
struct variants {
	const char *name;
	size_t rules;
	char *text[VARIANTS], *path[VARIANTS];
	size_t len[VARIANTS];
};

struct section {
	const struct bench_options *o;
	struct bench_results *r;
	struct bench_instance instance;
	struct variants subjects[SUBJECTS_MAX];
	size_t n;
};

static void add(const struct section *s, const struct variants *sub, enum bench_topic topic, const char *what, double value)
{
	_cleanup_free_ char *subject = xasprintf("%s, %s", sub->name, what);

	bench_add(s->r, topic, subject, sub->rules, value);
}

/* --- the rules ------------------------------------------------------------------------------------------------------- */

static int set_text(const struct section *s, const struct variants *sub, unsigned int variant, struct strbuf *out, char **err)
{
	const struct cb_style style = { .drop_every = 3 };
	_cleanup_free_ char *file = xasprintf("%s_%s", sub->name, classbench_size_text(sub->rules));
	_cleanup_classbench_ struct classbench cb = { .nrules = 0 };
	struct ruleset rs;
	int rc = classbench_read(s->o->classbench, file, &cb, err);

	if (rc)
		return rc;
	classbench_ruleset(&cb, &style, &rs);
	rs.rules[rs.nrules - 1].verdict = variant ? VERDICT_DROP : VERDICT_PASS;
	ruleset_print(&rs, out);
	ruleset_free(&rs);
	return 0;
}

static int write_file(const char *path, const struct strbuf *text, char **err)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return FAIL(err, -errno, "%s: %s", path, strerror(errno));
	fwrite(text->str, 1, text->len, f);
	return fclose(f) ? FAIL(err, -errno, "%s: %s", path, strerror(errno)) : 0;
}

static int make_subject(struct section *s, const char *set, size_t rules, char **err)
{
	struct variants *sub = &s->subjects[s->n++];
	int rc = 0;

	*sub = (struct variants){ .name = set ? set : "mixed rules", .rules = rules };
	for (unsigned int v = 0; v < VARIANTS && !rc; v++) {
		struct strbuf text = { .str = NULL };

		if (set)
			rc = set_text(s, sub, v, &text, err);
		else
			bench_mix_text(rules, v, &text);
		sub->path[v] = xasprintf("%s/%s-%zu-%u.fw", s->o->folder, set ? set : "mixed", rules, v);
		rc = rc ?: write_file(sub->path[v], &text, err);
		sub->len[v] = text.len;
		sub->text[v] = text.str;
	}
	return rc;
}

static int make_subjects(struct section *s, char **err)
{
	int rc = 0;

	for (size_t i = 0; i < (s->o->quick ? SIZES - 1u : SIZES) && !rc; i++) {
		rc = make_subject(s, NULL, sizes[i], err);
		for (size_t k = 0; k < SETS && s->o->classbench && !rc; k++)
			rc = make_subject(s, set_names[k], sizes[i], err);
	}
	return rc;
}

static void free_subjects(struct section *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (unsigned int v = 0; v < VARIANTS; v++) {
			if (s->subjects[i].path[v])
				unlink(s->subjects[i].path[v]);
			free(s->subjects[i].path[v]);
			free(s->subjects[i].text[v]);
		}
}

/* --- the command, as users wait for it ------------------------------------------------------------------------------- */

/* fwctl with these words, in the benchmark's namespace and ahead of all else that wants the CPUs. *ms from its start to its end. */
static int run_fwctl(const struct section *s, const char *const *words, size_t n, double *ms, char **err)
{
	char *argv[16] = { (char *)s->o->fwctl, "-q", "-n", (char *)s->o->apply_netns };
	const struct sched_param first = { .sched_priority = BENCH_FIRST };
	posix_spawnattr_t attr;
	double from;
	pid_t pid;
	int status = 0, rc;

	for (size_t i = 0; i < n; i++)
		argv[4 + i] = (char *)words[i];
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSCHEDULER);
	posix_spawnattr_setschedpolicy(&attr, SCHED_FIFO);
	posix_spawnattr_setschedparam(&attr, &first);
	from = bench_seconds();
	rc = posix_spawn(&pid, s->o->fwctl, NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (rc)
		return FAIL(err, -rc, "%s: %s", s->o->fwctl, strerror(rc));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*ms = (bench_seconds() - from) * 1e3;
	return status ? FAIL(err, -EPROTO, "fwctl %s %s: status %d", words[0], words[1], status) : 0;
}

static int measure_apply(const struct section *s, const struct variants *sub, size_t round, char **err)
{
	const char *words[] = { "apply", sub->path[(round + 1) % VARIANTS] };
	double ms;
	int rc = run_fwctl(s, words, 2, &ms, err);

	/* The first of a pair makes another ruleset live, from which the second differs in one rule, as when a file was edited. */
	words[1] = sub->path[round % VARIANTS];
	rc = rc ?: run_fwctl(s, words, 2, &ms, err);
	if (!rc)
		add(s, sub, TOPIC_APPLY, SUBJECT_APPLY, ms);
	return rc;
}

/* Behind an attach, where the programs of both slots are there, and room for 4,096 rules. */
static int measure_first(const struct section *s, const struct variants *sub, char **err)
{
	const char *purge[] = { "detach", "--all", "--purge" }, *attach[] = { "attach", "lo" },
		   *apply[] = { "apply", sub->path[0] };
	double ms = 0, unused;
	int rc = run_fwctl(s, purge, ARRAY_COUNT(purge), &unused, err);

	rc = rc ?: run_fwctl(s, attach, ARRAY_COUNT(attach), &unused, err);
	rc = rc ?: run_fwctl(s, apply, ARRAY_COUNT(apply), &ms, err);
	if (!rc)
		add(s, sub, TOPIC_APPLY, SUBJECT_FIRST, ms);
	return rc;
}

static int measure_rule_add(const struct section *s, const struct variants *sub, char **err)
{
	static const char *const add_words[] = {
		"rule", "add", "pass", "in", "proto", "udp", "from", "192.0.2.77", "port", "7777"
	};
	_cleanup_free_ char *number = xasprintf("%zu", sub->rules + 1);
	const char *delete_words[] = { "rule", "delete", number };
	double ms = 0, unused;
	int rc = run_fwctl(s, add_words, ARRAY_COUNT(add_words), &ms, err);

	rc = rc ?: run_fwctl(s, delete_words, ARRAY_COUNT(delete_words), &unused, err);
	if (!rc)
		add(s, sub, TOPIC_APPLY, SUBJECT_RULE_ADD, ms);
	return rc;
}

/* --- its parts, by the same functions -------------------------------------------------------------------------------- */

static int parse(const struct variants *sub, struct ruleset *rs, char **err)
{
	struct diag d = { .io_error = 0 };
	int rc = ruleset_parse("rules", sub->text[0], sub->len[0], rs, &d);

	diag_free(&d);
	return rc ? FAIL(err, rc, "%s, %zu rules: not accepted", sub->name, sub->rules) : 0;
}

/* What a map takes of the kernel's memory, as /proc tells it. */
static double map_bytes_of(int fd)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/fdinfo/%d", fd);
	unsigned long long v, bytes = 0;
	FILE *f = fopen(path, "r");
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %llu", &v) == 1)
			bytes = v;
	if (f)
		fclose(f);
	return (double)bytes;
}

/* Of a ruleset: its tables, and the counters of its rules, which its slot has. */
static void add_memory(const struct section *s, const struct variants *sub, const struct ruleset_maps *maps,
		       const struct core *core)
{
	const double counters = map_bytes_of(core->maps.fw_counts.fd);
	double all = counters, bytes[ruleset_group.n];

	for (size_t i = 0; i < ruleset_group.n; i++) {
		int fd = *(const int *)((const char *)maps + ruleset_group.v[i].offset);

		bytes[i] = fd < 0 ? 0 : map_bytes_of(fd);
		all += strcmp(ruleset_group.v[i].name, "fw_text") ? bytes[i] : 0;
	}
	add(s, sub, TOPIC_MEMORY, SUBJECT_TABLES, all);
	for (size_t i = 0; i < ruleset_group.n; i++)
		if (bytes[i] >= 65536)
			add(s, sub, TOPIC_MEMORY, ruleset_group.v[i].name, bytes[i]);
	add(s, sub, TOPIC_MEMORY, "fw_counts", counters);
}

static void add_verified(const struct section *s, const struct variants *sub, const struct loaded *l, const struct core *core)
{
	const struct {
		const char *what;
		int fd;
	} v[] = {
		{ "XDP, the rules", l->xdp_judge },
		{ "TC, the rules", l->tc_judge },
		{ "XDP", core->xdp },
		{ "TC egress", core->out },
		{ "XDP, the long way", core->xdp_long },
		{ "TC, the long way", core->tc_long },
	};

	for (size_t i = 0; i < ARRAY_COUNT(v); i++) {
		struct bpf_prog_info info = { .id = 0 };
		__u32 size = sizeof(info);

		if (v[i].fd >= 0 && !bpf_obj_get_info_by_fd(v[i].fd, &info, &size))
			add(s, sub, TOPIC_VERIFIED, v[i].what, info.verified_insns);
	}
}

/* Loads the ruleset as apply does, into a slot that has its programs. */
static int measure_load(struct section *s, const struct variants *sub, const struct tables *t, size_t round, char **err)
{
	_cleanup_loaded_ struct loaded l = loaded_none();
	_cleanup_core_ struct core core = core_none();
	double at[3] = { bench_seconds() };
	int rc = bench_core_load(&s->instance, sub->rules, &core, err);

	at[1] = bench_seconds();
	rc = rc ?: bench_tables_load(&s->instance, t, LOAD_XDP | LOAD_OUT, &core, &l, err);
	at[2] = bench_seconds();
	if (rc)
		return rc;
	add(s, sub, TOPIC_APPLY, SUBJECT_CORE, (at[1] - at[0]) * 1e3);
	add(s, sub, TOPIC_APPLY, SUBJECT_LOAD, (at[2] - at[1]) * 1e3);
	if (!round) {
		add_memory(s, sub, &l.maps, &core);
		add_verified(s, sub, &l, &core);
	}
	return 0;
}

static int measure_parts(struct section *s, const struct variants *sub, size_t round, char **err)
{
	double t[3] = { bench_seconds() };
	struct ruleset rs;
	struct tables tables;
	int rc = parse(sub, &rs, err);

	if (rc)
		return rc;
	t[1] = bench_seconds();
	rc = compile(&rs, NULL, &tables, err);
	t[2] = bench_seconds();
	if (!rc) {
		add(s, sub, TOPIC_APPLY, "parse", (t[1] - t[0]) * 1e3);
		add(s, sub, TOPIC_APPLY, "compile", (t[2] - t[1]) * 1e3);
		rc = measure_load(s, sub, &tables, round, err);
		tables_free(&tables);
	}
	ruleset_free(&rs);
	return rc;
}

/* How long apply has to wait for packets that the old rules still judge. */
static void measure_grace(const struct section *s)
{
	double from = bench_seconds();

	if (!syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		bench_add(s->r, TOPIC_APPLY, "(grace period behind the swap)", sizes[0], (bench_seconds() - from) * 1e3);
}

static int measure(struct section *s, char **err)
{
	int rc = 0;

	for (size_t round = 0; round < ROUNDS && !rc; round++) {
		for (size_t i = 0; i < s->n && !rc; i++) {
			const struct variants *sub = &s->subjects[i];

			bench_go_first(true);
			rc = measure_parts(s, sub, round, err);
			bench_go_first(false);
			rc = rc ?: measure_apply(s, sub, round, err);
			if (!rc && sub->rules == 1000 && i == 0)
				rc = measure_rule_add(s, sub, err);
		}
		measure_grace(s);
	}
	/* At the end: it forgets the instance, in which the others find room for all their rules. */
	for (size_t round = 0; round < ROUNDS && !rc; round++)
		for (size_t i = 0; i < s->n && !rc; i++)
			rc = measure_first(s, &s->subjects[i], err);
	return rc;
}

int bench_section_apply(const struct bench_options *o, struct bench_results *r, char **err)
{
	struct section *s = (struct section *)xcalloc(1, sizeof(*s));
	int rc;

	s->o = o;
	s->r = r;
	rc = bench_instance_open(&s->instance, err);
	if (!rc) {
		rc = make_subjects(s, err);
		rc = rc ?: measure(s, err);
		free_subjects(s);
		bench_instance_close(&s->instance);
	}
	free(s);
	return rc;
}
