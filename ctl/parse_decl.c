/* SPDX-License-Identifier: GPL-2.0 */
/* define, default, option. */
#include <errno.h>
#include "names.h"
#include "parse_impl.h"
#include "suggest.h"

/* Words of all defines together: names may be made of names, which would grow without bound. */
enum { DEFINE_WORDS_MAX = 1 << 22 };

static void push_word(struct parser *p, const struct token *t)
{
	GROW(p->words, p->nwords, p->words_cap);
	p->words[p->nwords++] = *t;
}

static int define_item(struct parser *p, const struct token *t)
{
	const struct define *d;

	if (t->s[0] == '@')
		return p_error(p, t->loc, "a set cannot be part of a define: write @name in the rule");
	if (t->s[0] != '$') {
		push_word(p, t);
		return 0;
	}
	d = p_define(p, t);
	if (!d || d->bad)
		return -EINVAL;
	if (p->nwords + p->define_words + d->n > DEFINE_WORDS_MAX)
		return p_error(p, t->loc, "more than %d values in defines", DEFINE_WORDS_MAX);
	for (size_t i = 0; i < d->n; i++)
		push_word(p, &d->words[i]);
	return 0;
}

/* Words that are there before are dropped. */
static void dedupe_words(struct parser *p)
{
	struct symtab seen = { NULL, 0, 0 };
	size_t kept = 0;

	for (size_t i = 0; i < p->nwords; i++) {
		struct token t = p->words[i];

		if (symtab_find(&seen, t.s, t.n) >= 0)
			continue;
		symtab_add(&seen, t.s, t.n, 0);
		p->words[kept++] = t;
	}
	p->nwords = kept;
	symtab_free(&seen);
}

static bool starts_with_digit(const struct token *t) { return t->s[0] >= '0' && t->s[0] <= '9'; }

/* Only bytes that numbers, addresses and MACs are made of. */
static bool looks_like_number(const struct token *t)
{
	static const char bytes[] = "0123456789abcdefABCDEF.:/-";

	for (size_t i = 0; i < t->n; i++)
		if (!memchr(bytes, t->s[i], sizeof(bytes) - 1))
			return false;
	return starts_with_digit(t);
}

/* What the word can be. An interface is whatever is no number, address or MAC by its looks. */
static unsigned word_kinds(const struct token *t)
{
	unsigned bits = 0;
	union value v;

	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (!value_parse((enum kind)k, t->s, t->n, &v, NULL))
			bits |= 1u << k;
	if (looks_like_number(t))
		bits &= ~(1u << KIND_IFACE);
	return bits;
}

static int unknown_name(struct parser *p, const struct token *t)
{
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	char shown[SHOWN_MAX];
	struct suggest near;

	suggest_init(&near, t->s, t->n);
	suggest_names(&near, &names_protos);
	suggest_names(&near, &names_services);
	suggest_names(&near, &names_icmp);
	suggest_names(&near, &names_icmp6);
	suggest_names(&near, &names_dscp);
	suggest_add(&near, "", &hint);
	return p_error(p, t->loc, "unknown name '%s'%s", shown_word(shown, t->s, t->n), hint.len ? hint.str : "");
}

/* A word that is a value of no match. */
static int wrong_word(struct parser *p, const struct token *t)
{
	_cleanup_strbuf_ struct strbuf err = { NULL, 0, 0 };
	bool addr = memchr(t->s, ':', t->n) || memchr(t->s, '.', t->n) || memchr(t->s, '/', t->n);
	union value v;

	if (!addr && !starts_with_digit(t))
		return unknown_name(p, t);
	if (!value_parse(addr ? KIND_ADDR : KIND_PORT, t->s, t->n, &v, &err))
		return 0;
	return p_error(p, t->loc, "%s", err.str);
}

/* A list is of one kind. A list of names where some are known (tcp) and some are not (tpc) has a slip in it. */
static int check_define(struct parser *p, struct define *d)
{
	const unsigned iface = 1u << KIND_IFACE;
	bool known = false;
	char shown[SHOWN_MAX];
	int rc = 0;

	d->kinds = ~0u;
	for (size_t i = 0; i < d->n; i++) {
		const struct token *t = &d->words[i];
		unsigned bits = word_kinds(t);

		known |= bits != iface;
		if (!bits)
			rc = wrong_word(p, t);
		else if (!(d->kinds & bits) && !rc)
			rc = p_error(p, t->loc, "'%s' is not of the same kind as what stands before it",
				     shown_word(shown, t->s, t->n));
		d->kinds &= bits ? bits : ~0u;
	}
	for (size_t i = 0; !rc && known && d->kinds == iface && i < d->n; i++)
		if (word_kinds(&d->words[i]) == iface)
			rc = unknown_name(p, &d->words[i]);
	return rc;
}

static int define_values(struct parser *p)
{
	struct token t = p->tok;
	int rc;

	p->nwords = 0;
	if (t.kind == TOK_BANG)
		return p_error(p, t.loc, "a define cannot be negated: write ! where it is used");
	if (t.kind == TOK_LBRACE)
		return p_braces(p, define_item);
	if (t.kind != TOK_WORD)
		return p_unexpected(p, "a value");
	rc = define_item(p, &t);
	p_next(p);
	if (!rc && p->tok.kind == TOK_WORD)
		return p_error(p, p->tok.loc, "a list is written { a b }");
	return rc;
}

/* `NAME =`, with or without white space around the sign. */
static int define_name(struct parser *p, struct token *name)
{
	char shown[SHOWN_MAX];
	const char *eq;

	p_next(p);
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "a name");
	eq = (const char *)memchr(p->tok.s, '=', p->tok.n);
	if (eq && eq > p->tok.s)
		lex_split(&p->lex, &p->tok, (size_t)(eq - p->tok.s));
	*name = p->tok;
	if (!p_name_ok(name->s, name->n))
		return p_error(p, name->loc, "'%s' is not a name (letters, digits, _ and -)",
			       shown_word(shown, name->s, name->n));
	p_next(p);
	if (p->tok.kind != TOK_WORD || p->tok.s[0] != '=')
		return p_unexpected(p, "'='");
	lex_split(&p->lex, &p->tok, 1);
	p_next(p);
	return 0;
}

int p_stmt_define(struct parser *p)
{
	struct define d = { .loc = p->tok.loc };
	struct token name = p->tok;
	int rc = define_name(p, &name), first;

	if (rc)
		return rc;
	first = symtab_find(&p->define_names, name.s, name.n);
	if (first >= 0)
		return p_error(p, name.loc, "'%s' is defined twice (first on line %u)", p->defines[first].name,
			       p->defines[first].loc.line);
	rc = define_values(p);
	dedupe_words(p);
	d.n = p->nwords;
	d.words = (struct token *)xmalloc(d.n * sizeof(*d.words));
	if (d.n)
		memcpy(d.words, p->words, d.n * sizeof(*d.words));
	d.name = xasprintf("%.*s", (int)name.n, name.s);
	p->define_words += d.n;
	if (!rc)
		rc = check_define(p, &d);
	d.bad = rc || !d.n;
	GROW(p->defines, p->ndefines, p->defines_cap);
	symtab_add(&p->define_names, name.s, name.n, (int)p->ndefines);
	p->defines[p->ndefines++] = d;
	return rc;
}

static int verdict(struct parser *p, enum verdict *out)
{
	char shown[SHOWN_MAX];

	if (token_is(&p->tok, "pass"))
		*out = VERDICT_PASS;
	else if (token_is(&p->tok, "drop"))
		*out = VERDICT_DROP;
	else if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "pass or drop");
	else
		return p_error(p, p->tok.loc, "a default is pass or drop, not '%s'", shown_word(shown, p->tok.s, p->tok.n));
	p_next(p);
	return 0;
}

static int default_direction(struct parser *p, enum direction dir)
{
	struct defaults *d = &p->rs->defaults;
	int rc;

	if (d->given[dir])
		return p_error(p, p->prev.loc, "'default %s' is given twice", direction_text(dir));
	rc = verdict(p, &d->verdict[dir]);
	d->given[dir] = !rc;
	if (!rc && token_is(&p->tok, "stateless")) {
		d->stateless[dir] = true;
		p_next(p);
	}
	return rc;
}

static int default_nd(struct parser *p)
{
	char shown[SHOWN_MAX];

	if (p->nd_given)
		return p_error(p, p->prev.loc, "'default nd' is given twice");
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "pass or rules");
	if (!token_is(&p->tok, "pass") && !token_is(&p->tok, "rules"))
		return p_error(p, p->tok.loc, "'default nd' is pass or rules, not '%s'", shown_word(shown, p->tok.s, p->tok.n));
	p->nd_given = true;
	p->rs->defaults.nd_by_rules = token_is(&p->tok, "rules");
	p_next(p);
	return 0;
}

/* `given` twice is an error at the word that says what the default is for. */
static int default_verdict(struct parser *p, const char *word, bool *given, enum verdict *out)
{
	int rc;

	if (*given)
		return p_error(p, p->prev.loc, "'default %s' is given twice", word);
	rc = verdict(p, out);
	*given = !rc;
	return rc;
}

int p_stmt_default(struct parser *p)
{
	struct defaults *d = &p->rs->defaults;
	char shown[SHOWN_MAX];
	struct token t;

	p_next(p);
	t = p->tok;
	if (t.kind != TOK_WORD)
		return p_unexpected(p, "in, out, malformed, nonip or nd");
	p_next(p);
	if (token_is(&t, "in"))
		return default_direction(p, DIRECTION_IN);
	if (token_is(&t, "out"))
		return default_direction(p, DIRECTION_OUT);
	if (token_is(&t, "malformed"))
		return default_verdict(p, "malformed", &d->malformed_given, &d->malformed);
	if (token_is(&t, "nonip"))
		return default_verdict(p, "nonip", &p->nonip_given, &d->nonip);
	if (token_is(&t, "nd"))
		return default_nd(p);
	return p_error(p, t.loc, "unknown default '%s' (in, out, malformed, nonip or nd)", shown_word(shown, t.s, t.n));
}
