/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules, packets and what must become of them, through the kernel programs. The tables are in verdicts/ (one test a
 * `==` heading, see verdicts/README); each runs twice, incoming packets through XDP and through TC ingress.
 */
#include <dirent.h>
#include "build_packet.h"
#include "net_replay.h"
#include "../shared/flow_tcp.h"

#ifndef TESTS_DIR
#define TESTS_DIR "tests"
#endif

#define EPOCH_NS (1767225600 * 1000000000ull) /* time 0 of the tables: 2026-01-01T00:00:00Z */

enum section { SECTION_NONE, SECTION_RULES, SECTION_PACKETS, SECTION_FLOWS, SECTION_LOSSES, SECTIONS };

struct line {
	char *text;
	unsigned int number;
};
struct scenario {
	char *file, *name, *on;
	struct line *v[SECTIONS];
	size_t n[SECTIONS], cap[SECTIONS];
	bool given[SECTIONS];
};

static struct scenario *scenarios;
static size_t nscenarios, cap_scenarios;

/* Where the test is: for messages. */
static struct {
	const struct scenario *s;
	const struct line *line;
	enum net_hook in;
} now;

#define WRONG(format, ...)                                                                                               \
	fail_msg("%s:%u (%s): %s\n    " format, now.s->file, now.line->number, now.in == NET_XDP ? "XDP" : "TC ingress", \
		 now.line->text, ##__VA_ARGS__)

/* The next word of *p, or NULL at the end. */
static char *word(char **p)
{
	char *w = strsep(p, " \t");

	while (w && !*w)
		w = strsep(p, " \t");
	return w;
}

static unsigned int number(const char *w)
{
	char *end = NULL;
	unsigned long n = w ? strtoul(w, &end, 10) : 0;

	if (!w || !*w || *end)
		WRONG("'%s' is not a number", w ? w : "");
	return (unsigned int)n;
}

/* The status that goes without saying beside a reason. */
static enum status usual_status(const char *reason, const char *packet)
{
	for (int i = 0; i < STATUS_COUNT; i++)
		if (!strcmp(reason, status_text((enum status)i)))
			return (enum status)i;
	if (!strcmp(reason, reason_text(REASON_FRAGMENT_TINY)))
		return STATUS_MALFORMED;
	return !strncmp(packet, "arp", 3) ? STATUS_NONIP : STATUS_OK;
}

static char *result_text(const struct replay_result *r)
{
	const struct outcome *o = &r->outcome;

	return xasprintf("%s %u %s%s (%s)", verdict_text((enum verdict)o->verdict), net_rule_number(o->rule),
			 reason_text((enum reason)o->reason), o->cached ? " cached" : "",
			 status_text((enum status)r->packet.status));
}

/* `VERDICT RULE REASON [cached] [(STATUS)]` as result_text writes it. */
static char *wanted_text(char *p, const char *packet)
{
	char *verdict = word(&p), *rule = word(&p), *reason = word(&p), *more;
	enum status status = usual_status(reason ? reason : "", packet);
	bool cached = false;

	while ((more = word(&p)))
		cached |= !strcmp(more, "cached");
	return xasprintf("%s %u %s%s (%s)", verdict, number(rule), reason, cached ? " cached" : "", status_text(status));
}

/* `in|out TIME PACKET = RESULT` */
static void run_packet(struct replay *r, const char *line)
{
	_cleanup_free_ char *copy = xstrdup(line), *want = NULL, *got = NULL;
	char *p = copy, *end = strstr(copy, " = "), *direction = word(&p), *time = word(&p);
	struct packet native;
	struct built b;
	const struct replay_result *result;
	enum net_hook hook = strcmp(direction, "out") ? now.in : NET_TC_OUT;

	if (!end || !time || (strcmp(direction, "in") && strcmp(direction, "out")))
		WRONG("not a line of packets");
	*end = '\0';
	build_packet(p, &b);
	result = net_judge(r, hook, EPOCH_NS + (uint64_t)(strtod(time, NULL) * 1e9), &b.frame);
	want = wanted_text(end + 3, p);
	got = result_text(result);
	if (strcmp(got, want))
		WRONG("got: %s", got);
	parse_natively(&b.frame, 0, &native);
	if (memcmp(&native, &result->packet, sizeof(native)))
		WRONG("parsed otherwise than natively");
	parse_quote_natively(&b.frame, 0, &native);
	if (memcmp(&native, &result->quote, sizeof(native)))
		WRONG("what it quotes is parsed otherwise than natively");
}

static char *flags_text(uint8_t flags)
{
	static const char letters[] = "FSRPAUEW";
	char text[9], *p = text;

	for (int i = 0; i < 8; i++)
		if (flags >> i & 1)
			*p++ = letters[i];
	*p = '\0';
	return xasprintf("%s", p == text ? "-" : text);
}

/* Value of one thing that a line says of a flow; NULL: there is no such thing. */
static char *flow_value(const struct flow *f, const char *what)
{
	_cleanup_free_ char *a = flags_text(f->tcp_flags[0]), *b = flags_text(f->tcp_flags[1]);

	if (!strcmp(what, "state"))
		return xstrdup(flow_state_text((enum flow_state)f->state));
	if (!strcmp(what, "packets"))
		return xasprintf("%llu/%llu", (unsigned long long)f->packets[0], (unsigned long long)f->packets[1]);
	if (!strcmp(what, "bytes"))
		return xasprintf("%llu/%llu", (unsigned long long)f->bytes[0], (unsigned long long)f->bytes[1]);
	if (!strcmp(what, "flags"))
		return xasprintf("%s/%s", a, b);
	if (!strcmp(what, "confirmed"))
		return xstrdup(f->bits & FLOW_CONFIRMED ? "yes" : "no");
	for (int d = 0; d < DIRECTION_COUNT; d++)
		if (!strcmp(what, direction_text((enum direction)d)))
			return judged_given(flow_judged(f, d)) ? xasprintf("%u", net_rule_number(judged_rule(flow_judged(f, d))))
							       : xstrdup("-");
	if (!strcmp(what, "first") || !strcmp(what, "last"))
		return xasprintf("%g", (double)((*what == 'f' ? f->first.raw : f->last.raw) - EPOCH_NS) / 1e9);
	return NULL;
}

/* `PACKET : [WHAT VALUE]...`: the packet is one of the initiator's. */
static void check_flow(const struct flow *f, const char *line)
{
	_cleanup_free_ char *copy = xstrdup(line);
	char *p = strstr(copy, " :"), *what;
	enum flow_side from = FLOW_SIDE_A;
	struct flow_key key;
	struct packet packet;
	struct built b;

	if (!p)
		WRONG("not a line of flows");
	*p = '\0';
	p += 2;
	build_packet(copy, &b);
	parse_natively(&b.frame, 0, &packet);
	if (!flow_key_of(&packet, &key, &from) || !flow_key_equal(&key, &f->key))
		WRONG("the flow is of another packet");
	if (flow_initiator(f) != from)
		WRONG("the other side is the initiator");
	while ((what = word(&p))) {
		char *want = word(&p);
		_cleanup_free_ char *got = flow_value(f, what);

		if (!got || !want || strcmp(got, want))
			WRONG("%s is %s", what, got ? got : "not known");
	}
}

static void check_flows(struct replay *r)
{
	const struct line *lines = now.s->v[SECTION_FLOWS];
	const struct flow *flows = NULL;
	size_t n = replay_flows(r, &flows);

	if (!now.s->given[SECTION_FLOWS])
		return;
	for (size_t i = 0; i < n && i < now.s->n[SECTION_FLOWS]; i++) {
		now.line = &lines[i];
		check_flow(&flows[i], lines[i].text);
	}
	if (n != now.s->n[SECTION_FLOWS])
		WRONG("%zu flows", n);
}

static void check_losses(struct replay *r)
{
	for (size_t i = 0; i < now.s->n[SECTION_LOSSES]; i++) {
		_cleanup_free_ char *copy = xstrdup(now.s->v[SECTION_LOSSES][i].text);
		char *p = copy, *name = word(&p);
		unsigned int want = number(word(&p));
		bool known = false;

		now.line = &now.s->v[SECTION_LOSSES][i];
		for (int j = 0; j < LOSS_COUNT; j++) {
			if (strcmp(loss_text((enum loss)j), name))
				continue;
			known = true;
			if (replay_losses(r, (enum loss)j) != want)
				WRONG("%llu", (unsigned long long)replay_losses(r, (enum loss)j));
		}
		assert_true(known);
	}
}

/* The programs that the scenario's packets need: loading is what takes the time. */
static unsigned int programs_needed(const struct scenario *s, enum net_hook in)
{
	unsigned int load = 0;

	for (size_t i = 0; i < s->n[SECTION_PACKETS]; i++)
		load |= net_load(s->v[SECTION_PACKETS][i].text[0] == 'o' ? NET_TC_OUT : in);
	return load;
}

static void run_scenario(const struct scenario *s, enum net_hook in)
{
	_cleanup_strbuf_ struct strbuf rules = { NULL, 0, 0 };
	_cleanup_replay_ struct replay *r = NULL;
	struct ruleset rs;

	for (size_t i = 0; i < s->n[SECTION_RULES]; i++)
		strbuf_add(&rules, "%s\n", s->v[SECTION_RULES][i].text);
	net_rules(rules.str ? rules.str : "", rules.len, &rs);
	r = net_open(&rs, s->on, programs_needed(s, in));
	now.s = s;
	now.in = in;
	for (size_t i = 0; i < s->n[SECTION_PACKETS]; i++) {
		now.line = &s->v[SECTION_PACKETS][i];
		run_packet(r, now.line->text);
	}
	check_flows(r);
	check_losses(r);
	replay_close(TAKE_PTR(r));
	ruleset_free(&rs);
}

static void test_scenario(void **state)
{
	const struct scenario *s = (const struct scenario *)*state;

	assert_true(s->n[SECTION_PACKETS] > 0);
	run_scenario(s, NET_XDP);
	run_scenario(s, NET_TC_IN);
}

static struct scenario *new_scenario(const char *file, const char *name)
{
	struct scenario *s;

	GROW(scenarios, nscenarios, cap_scenarios);
	s = &scenarios[nscenarios++];
	*s = (struct scenario){ .file = xstrdup(file), .name = xstrdup(name) };
	return s;
}

/* A heading of a section: `rules:`, `packets:`, `flows:`, `losses:`. */
static enum section section_of(const char *line)
{
	static const char *const names[SECTIONS] = { "", "rules:", "packets:", "flows:", "losses:" };

	for (int i = 1; i < SECTIONS; i++)
		if (!strcmp(line, names[i]))
			return (enum section)i;
	return SECTION_NONE;
}

static void add_line(struct scenario *s, enum section section, const char *text, unsigned int number)
{
	GROW(s->v[section], s->n[section], s->cap[section]);
	s->v[section][s->n[section]++] = (struct line){ xstrdup(text), number };
}

static void read_scenarios(const char *path, const char *file)
{
	enum section section = SECTION_NONE;
	struct scenario *s = NULL;
	unsigned int number = 0;
	char line[1024];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		number++;
		if (!line[0] || line[0] == '#')
			continue;
		if (!strncmp(line, "== ", 3)) {
			s = new_scenario(file, line + 3);
			section = SECTION_NONE;
		} else if (s && section_of(line) != SECTION_NONE) {
			section = section_of(line);
			s->given[section] = true;
		} else if (s && section == SECTION_NONE && !strncmp(line, "on ", 3)) {
			s->on = xstrdup(line + 3);
		} else if (s && section != SECTION_NONE) {
			add_line(s, section, line, number);
		} else {
			fprintf(stderr, "%s:%u: belongs to nothing: %s\n", path, number, line);
			abort();
		}
	}
	if (f)
		fclose(f);
}

static int is_table(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 2 && !strcmp(e->d_name + n - 2, ".t");
}

/* With arguments, only the scenarios whose name holds one of them. */
static bool is_chosen(const char *name, char *const *args)
{
	bool chosen = !args[0];

	for (; *args; args++)
		chosen |= strstr(name, *args) != NULL;
	return chosen;
}

int main(int argc, char **argv)
{
	_cleanup_free_ struct CMUnitTest *tests = NULL;
	struct dirent **files = NULL;
	int refused = net_refused("net_verdicts"), n;
	size_t ntests = 0;

	(void)argc;
	if (refused)
		return refused;
	n = scandir(TESTS_DIR "/verdicts", &files, is_table, alphasort);
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/verdicts/%s", TESTS_DIR, files[i]->d_name);

		read_scenarios(path, files[i]->d_name);
		free(files[i]);
	}
	free(files);
	tests = (struct CMUnitTest *)xcalloc(nscenarios, sizeof(*tests));
	for (size_t i = 0; i < nscenarios; i++)
		if (is_chosen(scenarios[i].name, argv + 1))
			tests[ntests++] = (struct CMUnitTest){ .name = scenarios[i].name,
							       .test_func = test_scenario,
							       .initial_state = &scenarios[i] };
	return _cmocka_run_group_tests("net_verdicts", tests, ntests, NULL, NULL);
}
