/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "diag.h"
#include "expect.h"
#include "util.h"

/* A word of a line. */
struct token {
	const char *p;
	size_t n;
	uint32_t col;
};

struct parser {
	const char *name;
	struct expect *out;
	struct diag *diag;
	size_t cap;
	uint32_t line;
	bool failed;
};

/* "text 'token'more" */
static void complain_of(struct parser *p, const struct token *t, const char *text, const char *more)
{
	char word[SHOWN_MAX];

	diag_error(p->diag, p->name, (struct srcloc){ p->line, t->col }, "%s '%s'%s", text, shown_word(word, t->p, t->n), more);
	p->failed = true;
}

static void complain(struct parser *p, struct srcloc loc, const char *text)
{
	diag_error(p->diag, p->name, loc, "%s", text);
	p->failed = true;
}

static bool is_blank(char ch) { return ch == ' ' || ch == '\t' || ch == '\r'; }

/* The words of a line, up to `max`; the number of all. */
static size_t split(const char *line, size_t len, struct token *t, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < len && line[i] != '#';) {
		size_t start = i;

		if (is_blank(line[i])) {
			i++;
			continue;
		}
		while (i < len && !is_blank(line[i]) && line[i] != '#')
			i++;
		if (n < max)
			t[n] = (struct token){ .p = line + start, .n = i - start, .col = (uint32_t)start + 1 };
		n++;
	}
	return n;
}

/* Decimal digits, at most `max`. */
static bool number(const struct token *t, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < t->n; i++) {
		unsigned int digit = (unsigned int)(unsigned char)t->p[i] - '0';

		if (digit > 9 || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return t->n;
}

static bool token_is(const struct token *t, const char *word) { return t->n == strlen(word) && !memcmp(t->p, word, t->n); }

static bool verdict_parse(const struct token *t, enum verdict *out)
{
#define ONE(id, word)            \
	if (token_is(t, word)) { \
		*out = id;       \
		return true;     \
	}
	FW_VERDICTS(ONE)
#undef ONE
	return false;
}

/* One line of two or three words. */
static void parse_entry(struct parser *p, const struct token *t, size_t n)
{
	struct expectation x = { .loc = { p->line, t[0].col } };
	bool others = token_is(&t[0], "*");
	uint64_t rule;

	if (!others && (!number(&t[0], UINT64_MAX / 16, &x.packet) || !x.packet)) {
		complain_of(p, &t[0], "not a packet's number", " (1 or more, or '*' for all others)");
		return;
	}
	if (!verdict_parse(&t[1], &x.verdict)) {
		complain_of(p, &t[1], "unknown verdict", " (pass, drop or reject)");
		return;
	}
	if (n > 2) {
		if (others) {
			complain_of(p, &t[2], "a rule with '*':", "; only a packet's line can name one");
			return;
		}
		if (!number(&t[2], RULE_MAX, &rule)) {
			complain_of(p, &t[2], "not a rule's number", " (0 for a default)");
			return;
		}
		x.rule_given = true;
		x.rule = (uint32_t)rule;
	}
	if (others && p->out->others_given) {
		complain(p, x.loc, "a second '*' line");
	} else if (others) {
		p->out->others_given = true;
		p->out->others = x;
	} else {
		GROW(p->out->v, p->out->n, p->cap);
		p->out->v[p->out->n++] = x;
	}
}

static void parse_line(struct parser *p, const char *line, size_t len)
{
	const char *nul = (const char *)memchr(line, '\0', len);
	struct token t[4];
	size_t n;

	if (nul) {
		complain(p, (struct srcloc){ p->line, (uint32_t)(nul - line) + 1 }, "a NUL byte (not a text file?)");
		return;
	}
	n = split(line, len, t, sizeof(t) / sizeof(t[0]));
	if (!n)
		return;
	if (n == 1)
		complain(p, (struct srcloc){ p->line, t[0].col + (uint32_t)t[0].n }, "a verdict is missing ('N verdict [rule]')");
	else if (n > 3)
		complain_of(p, &t[3], "unexpected", " ('N verdict [rule]')");
	else
		parse_entry(p, t, n);
}

/* By packet, then by line. */
static int compare(const void *a, const void *b)
{
	const struct expectation *x = (const struct expectation *)a, *y = (const struct expectation *)b;

	if (x->packet != y->packet)
		return x->packet < y->packet ? -1 : 1;
	return x->loc.line < y->loc.line ? -1 : x->loc.line > y->loc.line;
}

static void find_doubles(struct parser *p)
{
	struct expect *e = p->out;

	if (e->n)
		qsort(e->v, e->n, sizeof(*e->v), compare);
	for (size_t i = 1; i < e->n; i++) {
		if (e->v[i].packet != e->v[i - 1].packet)
			continue;
		diag_error(p->diag, p->name, e->v[i].loc, "packet %" PRIu64 " was listed in line %" PRIu32 " already",
			   e->v[i].packet, e->v[i - 1].loc.line);
		p->failed = true;
	}
}

int expect_parse(const char *name, const char *text, size_t len, struct expect *out, struct diag *d)
{
	struct parser p = { .name = name, .out = out, .diag = d };

	*out = (struct expect){ .v = NULL };
	for (size_t at = 0; at < len;) {
		const char *nl = (const char *)memchr(text + at, '\n', len - at);
		size_t n = nl ? (size_t)(nl - (text + at)) : len - at;

		p.line++;
		parse_line(&p, text + at, n);
		at += n + 1;
	}
	find_doubles(&p);
	if (!p.failed)
		return 0;
	expect_free(out);
	return -EINVAL;
}

void expect_free(struct expect *e)
{
	free(e->v);
	*e = (struct expect){ .v = NULL };
}

/* Index of the first entry for `packet` or a later one. */
static size_t lower_bound(const struct expect *e, uint64_t packet)
{
	size_t lo = 0, hi = e->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (e->v[mid].packet < packet)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct expectation *expect_for(const struct expect *e, uint64_t packet)
{
	size_t i = lower_bound(e, packet);

	if (i < e->n && e->v[i].packet == packet)
		return &e->v[i];
	return e->others_given ? &e->others : NULL;
}

bool expect_met(const struct expectation *x, enum verdict verdict, uint32_t rule)
{
	return !x || (x->verdict == verdict && (!x->rule_given || x->rule == rule));
}

size_t expect_beyond(const struct expect *e, uint64_t packets, const struct expectation **first)
{
	size_t i = lower_bound(e, packets + 1);

	*first = i < e->n ? &e->v[i] : NULL;
	return e->n - i;
}

void expect_print(struct strbuf *out, uint64_t packet, enum verdict verdict, uint32_t rule)
{
	strbuf_add(out, "%" PRIu64 " %s %" PRIu32 "\n", packet, verdict_text(verdict), rule);
}
