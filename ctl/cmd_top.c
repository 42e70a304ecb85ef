/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl top: a screen that is kept up to date; one frame where there is no terminal. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "clock.h"
#include "cmd.h"
#include "fail.h"
#include "flowlist.h"
#include "parse.h"
#include "sample.h"
#include "term.h"
#include "topview.h"

enum { INTERVAL_MS = 1000, FIRST_MS = 500, FILTER_MAX = 200 };

struct top {
	struct cli *cli;
	const struct state *s;
	struct sampler *p;
	struct sample sample;
	struct top_view view;
	char filter[FILTER_MAX + 1], typed[FILTER_MAX + 1];
	char *message; /* owned */
};

static int look(struct top *t)
{
	char *err = NULL;

	if (state_is_gone(t->s))
		err = xstrdup("top: fwctl has been detached with --purge here: there is nothing more to see");
	else if (!sampler_look(t->p, t->view.sort, &t->sample, &err))
		return 0;
	term_close();
	return cli_fail(err);
}

static void say(struct top *t, char *message)
{
	free(t->message);
	t->message = message;
	t->view.message = message;
}

/* The filter as typed. What is wrong with it is said on the last line; the old one stands then. */
static bool set_filter(struct top *t, const char *text)
{
	struct diag d = { .io_error = 0 };
	bool good = true;

	if (text[strspn(text, " ")] == '\0') {
		flow_filter_clear(sampler_filter(t->p));
		t->filter[0] = '\0';
	} else if (!flow_filter_parse(sampler_filter(t->p), text, &d)) {
		snprintf(t->filter, sizeof(t->filter), "%s", text);
	} else {
		_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

		if (d.errors.n)
			diag_render(&d.errors.v[0], &b);
		say(t, xstrdup(b.str ? b.str : "wrong filter"));
		good = false;
	}
	diag_free(&d);
	return good;
}

/* As flow_filter_ifaces(), of the flows that are in the table. */
static int look_for_ifaces(struct top *t, char **note, char **err)
{
	const struct flow_filter *f = sampler_filter(t->p);
	_cleanup_flow_list_ struct flow_list flows = { NULL, 0, 0 };
	int rc = f->given && f->match.on.n ? flow_list_read(t->s, &flows, NULL, err) : 0;

	return rc ?: flow_filter_ifaces(f, &flows, note, err);
}

/* An interface of the filter that has no flows now: they may come, with it. */
static void warn_of_ifaces(struct top *t)
{
	_cleanup_free_ char *note = NULL, *err = NULL;

	if (look_for_ifaces(t, &note, &err) || note)
		say(t, err ? TAKE_PTR(err) : TAKE_PTR(note));
}

/* Rules that are new may lack what the filter speaks of: it is said why. */
static void keep_filter(struct top *t)
{
	char text[FILTER_MAX + 1];

	if (!t->filter[0] || sampler_filter(t->p)->given)
		return;
	snprintf(text, sizeof(text), "%s", t->filter);
	if (!set_filter(t, text))
		t->filter[0] = '\0';
}

static void show(struct top *t)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

	term_size(&t->view.columns, &t->view.lines);
	top_screen(&b, t->p, &t->sample, &t->view);
	term_show(&b, t->view.columns, t->view.lines);
}

/* A key of the line that is being typed. */
static void type(struct top *t, int key)
{
	size_t n = strlen(t->typed);

	if (key == '\r' || key == '\n') {
		t->view.prompt = NULL;
		if (set_filter(t, t->typed))
			warn_of_ifaces(t);
	} else if (key == 0x1b) {
		t->view.prompt = NULL;
	} else if (key == 0x7f || key == '\b') {
		if (n)
			t->typed[n - 1] = '\0';
	} else if (key == 0x15) { /* Ctrl-U */
		t->typed[0] = '\0';
	} else if (key >= ' ' && key < 0x7f && n < FILTER_MAX) {
		t->typed[n] = (char)key;
		t->typed[n + 1] = '\0';
	}
}

/* False at the end. *again: the sample is to be taken anew. */
static bool command(struct top *t, int key, bool *again)
{
	say(t, NULL);
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 's':
		t->view.sort = (enum top_sort)((t->view.sort + 1) % TOP_SORT_COUNT);
		break;
	case 'f':
	case '/':
		snprintf(t->typed, sizeof(t->typed), "%s", t->filter);
		t->view.prompt = t->typed;
		break;
	case 'p':
	case ' ':
		t->view.paused = !t->view.paused;
		*again = !t->view.paused;
		break;
	}
	return true;
}

static int run_screen(struct top *t)
{
	__u64 next = clock_monotonic_ms() + FIRST_MS;
	bool again = false;
	int key;

	while ((key = term_key(next > clock_monotonic_ms() ? (int)(next - clock_monotonic_ms()) : 0)) != TERM_END) {
		if (key >= 0 && t->view.prompt)
			type(t, key);
		else if (key >= 0 && !command(t, key, &again))
			break;
		if (again || clock_monotonic_ms() >= next) {
			next = clock_monotonic_ms() + INTERVAL_MS;
			again = false;
			if (!t->view.paused && look(t))
				return EXIT_FAILED;
			keep_filter(t);
		}
		show(t);
	}
	term_close();
	return EXIT_DONE;
}

static int run_once(struct top *t)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct json j;

	nanosleep(&(struct timespec){ .tv_sec = INTERVAL_MS / 1000 }, NULL);
	if (look(t))
		return EXIT_FAILED;
	term_size(&t->view.columns, &t->view.lines);
	if (t->cli->json) {
		json_init(&j, &b);
		top_json(&j, t->p, &t->sample, t->view.sort);
		json_done(&j);
		strbuf_add(&b, "\n");
	} else {
		top_screen(&b, t->p, &t->sample, &t->view);
	}
	fputs(b.str, stdout);
	return EXIT_DONE;
}

static int parse_sort(const struct cli *cli, const char *text, enum top_sort *out)
{
	for (int i = 0; i < TOP_SORT_COUNT; i++)
		if (!strcmp(text, top_sort_text((enum top_sort)i))) {
			*out = (enum top_sort)i;
			return 0;
		}
	return cli_wrong(cli, "--sort: '%s' is not bits, packets, total or age", text);
}

static int begin(struct top *t, const struct state *s, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	_cleanup_free_ char *note = NULL;
	char *err = NULL;

	if (sampler_open(s, &t->p, &err))
		return cli_fail(err);
	t->view.filter = t->filter;
	if (!argc)
		return 0;
	args_text(argc, argv, &text);
	if (text.len > FILTER_MAX)
		return cli_wrong(t->cli, "the filter is longer than %d characters", FILTER_MAX);
	if (!set_filter(t, text.str)) {
		fprintf(stderr, "%s\n", t->message);
		return EXIT_WRONG;
	}
	if (look_for_ifaces(t, &note, &err))
		return cli_fail(err);
	if (note)
		cli_note(t->cli, "%s", note);
	return 0;
}

int cmd_top(struct cli *cli, int argc, char **argv)
{
	_cleanup_state_ struct state s = state_none();
	struct top t = { .cli = cli, .s = &s };
	const char *sort = NULL;
	const struct cli_option options[] = { { "sort", NULL, &sort }, { NULL, NULL, NULL } };
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	status = sort ? parse_sort(cli, sort, &t.view.sort) : 0;
	status = status ?: cli_state(cli, &s, 0, 0);
	status = status ?: begin(&t, &s, argc, argv);
	if (!status) {
		t.view.keys = !cli->json && term_open();
		status = t.view.keys ? run_screen(&t) : run_once(&t);
	}
	sampler_close(t.p);
	free(t.message);
	return status;
}
