/* SPDX-License-Identifier: GPL-2.0 */
/* option flows, timeout, state, tcp-loose. */
#include <errno.h>
#include "parse_impl.h"
#include "suggest.h"

enum { TIMEOUT_MAX_S = 3650 * 86400 };

#define TIMEOUT_WORD(id, word) word,
static const char *const timeout_words[TIMEOUT_COUNT] = { FW_TIMEOUTS(TIMEOUT_WORD) };

/* Digits up to a byte that is none, saturating; returns how many. */
static size_t digits(const char *s, size_t n, uint64_t *out)
{
	size_t i = 0;

	for (*out = 0; i < n && s[i] >= '0' && s[i] <= '9'; i++)
		if (*out < UINT32_MAX)
			*out = *out * 10 + (uint64_t)(s[i] - '0');
	return i;
}

static int option_flows(struct parser *p)
{
	struct options *o = &p->rs->options;
	char shown[SHOWN_MAX];
	uint64_t v;

	if (o->flows)
		return p_error(p, p->prev.loc, "'option flows' is given twice");
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "a number");
	shown_word(shown, p->tok.s, p->tok.n);
	if (digits(p->tok.s, p->tok.n, &v) != p->tok.n)
		return p_error(p, p->tok.loc, "'%s' is not a number", shown);
	if (v < FLOWS_MIN || v > FLOWS_MAX)
		return p_error(p, p->tok.loc, "flows %s is out of range (%d to %d)", shown, FLOWS_MIN, FLOWS_MAX);
	o->flows = (uint32_t)v;
	p_next(p);
	return 0;
}

/* A number of seconds, or with a unit s, m, h, d. */
static int duration(struct parser *p, uint32_t *out)
{
	static const char units[] = "smhd";
	static const uint32_t seconds[] = { 1, 60, 3600, 86400 };
	const struct token *t = &p->tok;
	const char *unit = units;
	char shown[SHOWN_MAX];
	uint64_t v;
	size_t n;

	if (t->kind != TOK_WORD)
		return p_unexpected(p, "a time");
	shown_word(shown, t->s, t->n);
	n = digits(t->s, t->n, &v);
	if (n + 1 == t->n)
		unit = (const char *)memchr(units, t->s[n], sizeof(units) - 1);
	if (!n || n + 1 < t->n || !unit)
		return p_error(p, t->loc, "'%s' is not a time (such as 30s, 5m, 1h or 1d)", shown);
	v *= seconds[unit - units];
	if (!v || v > TIMEOUT_MAX_S)
		return p_error(p, t->loc, "time %s is out of range (1s to 3650d)", shown);
	*out = (uint32_t)v;
	p_next(p);
	return 0;
}

static int option_timeout(struct parser *p)
{
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	char shown[SHOWN_MAX];
	struct suggest near;
	struct token t = p->tok;

	if (t.kind != TOK_WORD)
		return p_unexpected(p, "the name of a timeout");
	for (size_t i = 0; i < TIMEOUT_COUNT; i++) {
		if (!token_is(&t, timeout_words[i]))
			continue;
		if (p->rs->options.timeout_s[i])
			return p_error(p, t.loc, "'option timeout %s' is given twice", timeout_words[i]);
		p_next(p);
		return duration(p, &p->rs->options.timeout_s[i]);
	}
	suggest_init(&near, t.s, t.n);
	suggest_words(&near, timeout_words, TIMEOUT_COUNT);
	suggest_add(&near, "", &hint);
	for (size_t i = 0; !near.best && i < TIMEOUT_COUNT; i++)
		strbuf_add(&hint, "%s%s", !i ? " (" : i + 1 < TIMEOUT_COUNT ? ", " : " or ", timeout_words[i]);
	return p_error(p, t.loc, "unknown timeout '%s'%s%s", shown_word(shown, t.s, t.n), hint.str, near.best ? "" : ")");
}

static int option_state(struct parser *p)
{
	struct options *o = &p->rs->options;
	char shown[SHOWN_MAX];

	if (o->state_given)
		return p_error(p, p->prev.loc, "'option state' is given twice");
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "floating or if-bound");
	if (!token_is(&p->tok, "floating") && !token_is(&p->tok, "if-bound"))
		return p_error(p, p->tok.loc, "unknown state '%s' (floating or if-bound)", shown_word(shown, p->tok.s, p->tok.n));
	o->state_given = true;
	o->if_bound = token_is(&p->tok, "if-bound");
	p_next(p);
	return 0;
}

static int option_tcp_loose(struct parser *p)
{
	struct options *o = &p->rs->options;
	char shown[SHOWN_MAX];

	if (o->tcp_loose_given)
		return p_error(p, p->prev.loc, "'option tcp-loose' is given twice");
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "on or off");
	if (!token_is(&p->tok, "on") && !token_is(&p->tok, "off"))
		return p_error(p, p->tok.loc, "'%s' is neither on nor off", shown_word(shown, p->tok.s, p->tok.n));
	o->tcp_loose_given = true;
	o->tcp_strict = token_is(&p->tok, "off");
	p_next(p);
	return 0;
}

int p_stmt_option(struct parser *p)
{
	char shown[SHOWN_MAX];
	struct token t;

	p_next(p);
	t = p->tok;
	if (t.kind != TOK_WORD)
		return p_unexpected(p, "flows, timeout, state or tcp-loose");
	p_next(p);
	if (token_is(&t, "flows"))
		return option_flows(p);
	if (token_is(&t, "timeout"))
		return option_timeout(p);
	if (token_is(&t, "state"))
		return option_state(p);
	if (token_is(&t, "tcp-loose"))
		return option_tcp_loose(p);
	return p_error(p, t.loc, "unknown option '%s' (flows, timeout, state or tcp-loose)", shown_word(shown, t.s, t.n));
}
