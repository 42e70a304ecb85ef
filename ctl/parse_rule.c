/* SPDX-License-Identifier: GPL-2.0 */
/* A rule: verdict, direction, matches, options. */
#include <errno.h>
#include "parse_impl.h"
#include "suggest.h"

/* In the order of enum match; those behind MATCH_ON stand in any order. */
static const char *const match_words[MATCH_COUNT] = {
	"on",         "inet", "proto", "from",   "to",   "icmp-type", "flags",  "vlan",
	"inner-vlan", "dscp", "ttl",   "length", "frag", "mac-from",  "mac-to",
};
enum option { OPTION_STATELESS, OPTION_LABEL, OPTION_LOG, OPTION_LIMIT, OPTION_COUNT };
static const char *const option_words[OPTION_COUNT] = { "stateless", "label", "log", "limit" };

static int find_word(const char *const *words, size_t n, const struct token *t)
{
	for (size_t i = 0; i < n; i++)
		if (token_is(t, words[i]))
			return (int)i;
	return -ENOENT;
}

static int find_match(const struct token *t)
{
	return token_is(t, "inet6") ? (int)MATCH_FAMILY : find_word(match_words, MATCH_COUNT, t);
}

/* Those that may stand anywhere. */
static void add_match_words(struct strbuf *out)
{
	strbuf_add(out, " (%s, inet6", match_words[MATCH_FAMILY]);
	for (int m = MATCH_FAMILY + 1; m < MATCH_COUNT; m++)
		strbuf_add(out, "%s%s", m == MATCH_COUNT - 1 ? " or " : ", ", match_words[m]);
	strbuf_add(out, ")");
}

/* A word of a rule that is neither match nor option. */
static int unknown_word(struct parser *p, const struct rule_state *st)
{
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	const struct token *t = &p->tok;
	char shown[SHOWN_MAX];
	struct suggest near;

	if (p_failed(p))
		return -EINVAL;
	if (token_is(t, "port"))
		return p_error(p, t->loc, "'port' stands behind 'from', 'to' or their address");
	if (token_is(t, "code"))
		return p_error(p, t->loc, "'code' stands behind 'icmp-type' and its types");
	if (t->s[0] == '-' || (p->prev.kind == TOK_WORD && p->prev.s[p->prev.n - 1] == '-'))
		return p_error(p, t->loc, "unexpected '%s' (a range is one word: a-b)", shown_word(shown, t->s, t->n));
	if (t->s[0] >= '0' && t->s[0] <= '9')
		return p_error(p, t->loc, "unexpected '%s' (a list is written { a b })", shown_word(shown, t->s, t->n));
	suggest_init(&near, t->s, t->n);
	suggest_words(&near, match_words, MATCH_COUNT);
	suggest_try(&near, "inet6");
	suggest_try(&near, "port");
	if (!st->matches_only)
		suggest_words(&near, option_words, OPTION_COUNT);
	suggest_add(&near, "", &hint);
	if (st->matches_only && !hint.len) /* what is spoken of is not a rule: its words may not be known */
		add_match_words(&hint);
	return p_error(p, t->loc, "unknown %s '%s'%s", st->matches_only ? "match" : "match or option",
		       shown_word(shown, t->s, t->n), hint.len ? hint.str : "");
}

static int rule_match(struct parser *p, struct rule_state *st, enum match m)
{
	char shown[SHOWN_MAX];
	const char *word = shown_word(shown, p->tok.s, p->tok.n);

	if (st->option.line)
		return p_error(p, p->tok.loc, "'%s' is a match: it stands before the options", word);
	if (st->seen & 1u << m)
		return p_error(p, p->tok.loc, m == MATCH_FAMILY ? "'%s': the family is given twice" : "'%s' is given twice",
			       word);
	if (m == MATCH_ON && (st->seen || st->matches_only))
		return p_error(p, p->tok.loc, "'on' stands right behind the direction");
	st->seen |= 1u << m;
	st->keyword[m] = p->tok.loc;
	if (m == MATCH_FAMILY) {
		st->rule->family_given = true;
		st->rule->family = token_is(&p->tok, "inet6") ? FAMILY_INET6 : FAMILY_INET;
	}
	p_next(p);
	return p_match_values(p, st, m);
}

static int rule_label(struct parser *p, struct rule *r)
{
	size_t at = 0;
	int n;

	if (p->tok.kind != TOK_STRING)
		return p_unexpected(p, "a text in quotes");
	n = lex_unescape(&p->tok, r->label, LABEL_MAX, &at);
	if (n == -EINVAL)
		return p_error(p, p->tok.loc, "wrong escape in the label (only \\\" and \\\\ are known)");
	if (n == -E2BIG)
		return p_error(p, p->tok.loc, "the label is longer than %u bytes", LABEL_MAX);
	for (int i = 0; i < n; i++)
		if (r->label[i] < 0x20 || r->label[i] > 0x7e)
			return p_error(p, p->tok.loc, "the label has unprintable bytes");
	p_next(p);
	return 0;
}

/* `log [ every N ]`, behind the word. */
static int rule_log(struct parser *p, struct rule *r)
{
	char shown[SHOWN_MAX];
	uint64_t n = 0;
	size_t i;

	r->log_every = 1;
	if (p->tok.kind != TOK_WORD || !token_is(&p->tok, "every"))
		return 0;
	p_next(p);
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "a number of packets");
	for (i = 0; i < p->tok.n && p->tok.s[i] >= '0' && p->tok.s[i] <= '9'; i++)
		n = n > LOG_EVERY_MAX ? n : n * 10 + (uint64_t)(p->tok.s[i] - '0');
	shown_word(shown, p->tok.s, p->tok.n);
	if (i < p->tok.n)
		return p_error(p, p->tok.loc, "'%s' is not a number of packets", shown);
	if (!n || n > LOG_EVERY_MAX)
		return p_error(p, p->tok.loc, "every %s is out of range (1 to %u)", shown, LOG_EVERY_MAX);
	r->log_every = (uint32_t)n;
	p_next(p);
	return 0;
}

static int rule_option(struct parser *p, struct rule_state *st, enum option o)
{
	struct token t = p->tok;

	if (st->options_seen & 1u << o)
		return p_error(p, t.loc, "'%s' is given twice", option_words[o]);
	st->options_seen |= 1u << o;
	if (!st->option.line)
		st->option = t.loc;
	switch (o) {
	case OPTION_STATELESS:
		st->rule->stateless = true;
		p_next(p);
		return 0;
	case OPTION_LABEL:
		p_next(p);
		return rule_label(p, st->rule);
	case OPTION_LOG:
		p_next(p);
		return rule_log(p, st->rule);
	case OPTION_LIMIT:
		return p_error(p, t.loc, "'%s' is not available in this version yet", option_words[OPTION_LIMIT]);
	case OPTION_COUNT:
		break;
	}
	return -EINVAL;
}

static int rule_body(struct parser *p, struct rule_state *st)
{
	while (!p_at_end(p)) {
		int word = p->tok.kind == TOK_WORD ? find_match(&p->tok) : -EINVAL, rc;

		if (word == -EINVAL)
			return p_unexpected(p, st->matches_only ? "a match" : "a match or option");
		if (word >= 0) {
			rc = rule_match(p, st, (enum match)word);
		} else {
			word = st->matches_only ? -ENOENT : find_word(option_words, OPTION_COUNT, &p->tok);
			rc = word >= 0 ? rule_option(p, st, (enum option)word) : unknown_word(p, st);
		}
		if (rc)
			return rc;
	}
	return 0;
}

/* The matches and all checks; -EINVAL also where wrong values were reported on the way. */
static int rule_rest(struct parser *p, struct rule *r, bool matches_only)
{
	struct rule_state st = { .rule = r, .matches_only = matches_only };
	int rc;

	p->matches_only = matches_only;
	/* A direction was there: an interface may follow. */
	if (matches_only && p->prev.kind == TOK_WORD && token_is(&p->tok, "on")) {
		st.matches_only = false;
		rc = rule_match(p, &st, MATCH_ON);
		st.matches_only = true;
		if (rc)
			return rc;
	}
	rc = rule_body(p, &st);
	if (!rc && !p_failed(p))
		p_check_rule(p, &st);
	free(st.icmp);
	free(st.icmp_locs);
	return rc || p_failed(p) ? -EINVAL : 0;
}

static int rule_direction(struct parser *p, struct rule *r)
{
	char shown[SHOWN_MAX];

	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "'in' or 'out'");
	if (!token_is(&p->tok, "in") && !token_is(&p->tok, "out"))
		return p_error(p, p->tok.loc, "unknown direction '%s' (in or out)", shown_word(shown, p->tok.s, p->tok.n));
	r->direction = token_is(&p->tok, "in") ? DIRECTION_IN : DIRECTION_OUT;
	p_next(p);
	return 0;
}

int p_rule(struct parser *p, struct rule *r)
{
	char shown[SHOWN_MAX];
	int rc;

	r->loc = p->tok.loc;
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "a rule");
	if (token_is(&p->tok, "reject"))
		return p_error(p, p->tok.loc, "'reject' is not available in this version yet");
	if (!token_is(&p->tok, "pass") && !token_is(&p->tok, "drop"))
		return p_error(p, p->tok.loc, "unknown verdict '%s' (a rule begins with pass or drop)",
			       shown_word(shown, p->tok.s, p->tok.n));
	r->verdict = token_is(&p->tok, "pass") ? VERDICT_PASS : VERDICT_DROP;
	p_next(p);
	rc = rule_direction(p, r);
	return rc ? rc : rule_rest(p, r, false);
}

int p_matches(struct parser *p, struct rule *r)
{
	r->loc = p->tok.loc;
	return rule_rest(p, r, true);
}

int p_rulelike(struct parser *p, struct rule *r)
{
	int rc;

	r->loc = p->tok.loc;
	rc = rule_direction(p, r);
	return rc ? rc : rule_rest(p, r, true);
}

int p_stmt_rule(struct parser *p)
{
	struct ruleset *rs = p->rs;
	size_t uses = p->nuses;
	struct rule *r;
	int rc;

	if (rs->nrules == RULE_MAX) {
		if (!p->full)
			p_error(p, p->tok.loc, "more than %u rules", RULE_MAX);
		p->full = true;
		return -EINVAL;
	}
	GROW(rs->rules, rs->nrules, p->rules_cap);
	r = &rs->rules[rs->nrules];
	rule_init(r);
	rc = p_rule(p, r);
	if (rc) {
		rule_free(r);
		p->nuses = uses;
		return rc;
	}
	rs->nrules++;
	return 0;
}
