/* SPDX-License-Identifier: GPL-2.0 */
/* Statements of a text, and where to go on after a wrong one. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "parse_impl.h"
#include "suggest.h"

void p_next(struct parser *p)
{
	p->prev = p->tok;
	p->tok = lex_next(&p->lex);
}

struct token p_peek(const struct parser *p)
{
	struct lexer ahead = p->lex;

	ahead.diag = NULL;
	return lex_next(&ahead);
}

int p_error(struct parser *p, struct srcloc loc, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	diag_error(p->diag, p->name, loc, "%s", msg);
	return -EINVAL;
}

int p_unexpected(struct parser *p, const char *wanted)
{
	char shown[SHOWN_MAX];

	if (p_failed(p))
		return -EINVAL;
	switch (p->tok.kind) {
	case TOK_EOF:
	case TOK_NEWLINE:
		if (p->prev.kind == TOK_NEWLINE || p->prev.kind == TOK_EOF)
			return p_error(p, p->tok.loc, "%s is missing", wanted);
		return p_error(p, p->prev.loc, "%s is missing after '%s'", wanted, shown_word(shown, p->prev.s, p->prev.n));
	case TOK_BAD:
		return -EINVAL; /* reported by the lexer */
	case TOK_COMMA:
		return p_error(p, p->tok.loc, "unexpected ',' (a list is written { a, b })");
	case TOK_STRING:
		return p_error(p, p->tok.loc, "unexpected text in quotes instead of %s", wanted);
	case TOK_WORD:
	case TOK_LBRACE:
	case TOK_RBRACE:
	case TOK_SEMI:
	case TOK_BANG:
		break;
	}
	return p_error(p, p->tok.loc, "unexpected '%s' instead of %s", shown_word(shown, p->tok.s, p->tok.n), wanted);
}

bool p_name_ok(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (!letter && !digit && s[i] != '_' && (s[i] != '-' || !i))
			return false;
	}
	return n > 0;
}

/* Statements by their first word; `next`: what may follow, to know one from a value in a list that was not
 * closed. */
static const struct statement {
	const char *word;
	int (*parse)(struct parser *p);
	const char *next[5];
} statements[] = {
	{ "pass", p_stmt_rule, { "in", "out" } },
	{ "drop", p_stmt_rule, { "in", "out" } },
	{ "reject", p_stmt_rule, { "in", "out" } },
	{ "set", p_stmt_set, { NULL } },
	{ "define", p_stmt_define, { NULL } },
	{ "default", p_stmt_default, { "in", "out", "malformed", "nonip", "nd" } },
	{ "option", p_stmt_option, { "flows", "timeout", "state" } },
};
enum { STATEMENT_COUNT = sizeof(statements) / sizeof(statements[0]) };

static const struct statement *find_statement(const struct token *t)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		if (token_is(t, statements[i].word))
			return &statements[i];
	return NULL;
}

/* `set NAME {` and `define NAME =` begin with any name. */
static bool declares(const struct parser *p)
{
	struct lexer ahead = p->lex;
	struct token name, mark;

	ahead.diag = NULL;
	name = lex_next(&ahead);
	mark = lex_next(&ahead);
	if (name.kind != TOK_WORD)
		return false;
	return token_is(&p->tok, "set") ? mark.kind == TOK_LBRACE
					: (mark.kind == TOK_WORD && mark.s[0] == '=') || memchr(name.s, '=', name.n);
}

bool p_starts_statement(const struct parser *p)
{
	const struct statement *st;
	struct token next;

	if (!p->tok.first || p->tok.kind != TOK_WORD)
		return false;
	st = find_statement(&p->tok);
	if (!st)
		return false;
	if (!st->next[0])
		return declares(p);
	next = p_peek(p);
	for (size_t i = 0; i < 5 && st->next[i]; i++)
		if (token_is(&next, st->next[i]))
			return true;
	return false;
}

static int statement(struct parser *p)
{
	const struct statement *st = p->tok.kind == TOK_WORD ? find_statement(&p->tok) : NULL;
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	char shown[SHOWN_MAX];
	struct suggest near;
	int rc;

	p->errors = p->diag->errors.n;
	if (st) {
		rc = st->parse(p);
		return rc || p_at_end(p) ? rc : p_unexpected(p, "the end of the line");
	}
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "a statement");
	suggest_init(&near, p->tok.s, p->tok.n);
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		suggest_try(&near, statements[i].word);
	suggest_add(&near, "", &hint);
	return p_error(p, p->tok.loc, "unknown statement '%s'%s", shown_word(shown, p->tok.s, p->tok.n),
		       hint.len ? hint.str : "");
}

/* To the end of the statement: also where a brace of it was not closed and another begins. */
static void resync(struct parser *p)
{
	while (!p_at_end(p)) {
		if (p->lex.depth && p_starts_statement(p)) {
			p->lex.depth = 0;
			return;
		}
		p_next(p);
	}
}

static void parser_init(struct parser *p, const char *name, const char *text, size_t len, struct diag *d)
{
	memset(p, 0, sizeof(*p));
	p->name = name;
	p->diag = d;
	lexer_init(&p->lex, name, text, len, d);
	p_next(p);
	p->prev.kind = TOK_NEWLINE;
	p->errors = d->errors.n;
}

static void parser_free(struct parser *p)
{
	for (size_t i = 0; i < p->ndefines; i++) {
		free(p->defines[i].name);
		free(p->defines[i].words);
	}
	free(p->defines);
	free(p->uses);
	free(p->words);
	free(p->list.v);
	free(p->list.locs);
	symtab_free(&p->define_names);
	symtab_free(&p->set_names);
}
#define _cleanup_parser_ _cleanup_(parser_free)

static int parse_ruleset(const char *name, const char *text, size_t len, bool read_files, struct ruleset *out, struct diag *d)
{
	_cleanup_parser_ struct parser p;
	size_t before = d->errors.n, errors;

	memset(out, 0, sizeof(*out));
	parser_init(&p, name, text, len, d);
	p.rs = out;
	p.read_files = read_files;
	while (p.tok.kind != TOK_EOF) {
		if (p.tok.kind == TOK_NEWLINE)
			p_next(&p);
		else if (statement(&p))
			resync(&p);
	}
	p_resolve_sets(&p);
	errors = d->errors.n - before;
	diag_sort(d);
	if (!errors)
		return 0;
	ruleset_free(out);
	if (errors == p.io_errors)
		return d->io_error;
	d->io_error = 0; /* lines are wrong: that is what there is to tell */
	return -EINVAL;
}

int ruleset_parse(const char *name, const char *text, size_t len, struct ruleset *out, struct diag *d)
{
	return parse_ruleset(name, text, len, true, out, d);
}

int ruleset_parse_nofiles(const char *name, const char *text, size_t len, struct ruleset *out, struct diag *d)
{
	return parse_ruleset(name, text, len, false, out, d);
}

static void skip_newlines(struct parser *p)
{
	while (p->tok.kind == TOK_NEWLINE)
		p_next(p);
}

/* One rule, or a part of one, is all of the text. */
static int single(const char *name, const char *text, size_t len, const struct ruleset *context,
		  int (*parse)(struct parser *p, struct rule *r), struct rule *out, struct diag *d)
{
	_cleanup_parser_ struct parser p;
	size_t before = d->errors.n;
	bool wrong;

	rule_init(out);
	parser_init(&p, name, text, len, d);
	p.context = context;
	skip_newlines(&p);
	if (!parse(&p, out)) {
		skip_newlines(&p);
		if (p.tok.kind != TOK_EOF)
			p_unexpected(&p, "the end");
	}
	wrong = d->errors.n != before;
	diag_sort(d);
	if (!wrong)
		return 0;
	rule_free(out);
	return -EINVAL;
}

int rule_parse(const char *name, const char *text, size_t len, const struct ruleset *context, struct rule *out, struct diag *d)
{
	return single(name, text, len, context, p_rule, out, d);
}

int match_parse(const char *name, const char *text, size_t len, const struct ruleset *context, struct rule *out, struct diag *d)
{
	return single(name, text, len, context, p_matches, out, d);
}

int rulelike_parse(const char *name, const char *text, size_t len, const struct ruleset *context, struct rule *out,
		   struct diag *d)
{
	return single(name, text, len, context, p_rulelike, out, d);
}

void args_text(int argc, char *const *argv, struct strbuf *out)
{
	for (int i = 0; i < argc; i++) {
		bool quote = i && !strcmp(argv[i - 1], "label") && argv[i][0] != '"';

		if (i)
			strbuf_add_bytes(out, " ", 1);
		if (quote)
			strbuf_add_bytes(out, "\"", 1);
		for (const char *c = argv[i]; *c; c++) {
			if (quote && (*c == '"' || *c == '\\'))
				strbuf_add_bytes(out, "\\", 1);
			strbuf_add_bytes(out, c, 1);
		}
		if (quote)
			strbuf_add_bytes(out, "\"", 1);
	}
}
