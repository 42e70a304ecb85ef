/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <limits.h>
#include "lex.h"

/* What a byte is to the lexer; 0: part of a word. */
enum byte_class { IN_WORD, SPACE, CR, NL, NUL, HASH, QUOTE, PUNCT };

static const unsigned char classes[256] = {
	['\0'] = NUL,  [' '] = SPACE, ['\t'] = SPACE, ['\r'] = CR,   ['\n'] = NL,   ['#'] = HASH,
	['"'] = QUOTE, ['{'] = PUNCT, ['}'] = PUNCT,  [','] = PUNCT, [';'] = PUNCT, ['!'] = PUNCT,
};

static enum byte_class class_of(char c) { return (enum byte_class)classes[(unsigned char)c]; }

void lexer_init(struct lexer *lx, const char *name, const char *text, size_t len, struct diag *d)
{
	if (!len)
		text = ""; /* it may be NULL */
	*lx = (struct lexer){
		.name = name, .pos = text, .end = text + len, .line_start = text, .line = 1, .first = true, .diag = d
	};
}

static struct srcloc here(const struct lexer *lx, const char *p)
{
	return (struct srcloc){ lx->line, (uint32_t)(p - lx->line_start) + 1 };
}

static void nul_error(struct lexer *lx, const char *p)
{
	if (!lx->diag || lx->nul_line == lx->line_start)
		return;
	lx->nul_line = lx->line_start;
	diag_error(lx->diag, lx->name, here(lx, p), "NUL byte in the text");
}

static void new_line(struct lexer *lx)
{
	lx->pos++;
	lx->line++;
	lx->line_start = lx->pos;
	lx->first = true;
}

/* CR is white space before a newline and at the end of the text. */
static bool cr_is_space(const struct lexer *lx, const char *p) { return p + 1 == lx->end || p[1] == '\n'; }

static void skip_comment(struct lexer *lx)
{
	const char *nl = (const char *)memchr(lx->pos, '\n', (size_t)(lx->end - lx->pos));
	const char *stop = nl ? nl : lx->end;
	const char *nul = (const char *)memchr(lx->pos, '\0', (size_t)(stop - lx->pos));

	if (nul)
		nul_error(lx, nul);
	lx->pos = stop;
}

/* Moves to the first byte of a token; true when that is a newline which ends a statement. */
static bool skip_blanks(struct lexer *lx)
{
	while (lx->pos < lx->end) {
		enum byte_class c = class_of(*lx->pos);

		if (c == NL) {
			if (!lx->depth)
				return true;
			new_line(lx);
		} else if (c == HASH) {
			skip_comment(lx);
		} else if (c == SPACE || c == NUL || (c == CR && cr_is_space(lx, lx->pos))) {
			if (c == NUL)
				nul_error(lx, lx->pos);
			lx->pos++;
		} else {
			break;
		}
	}
	return false;
}

static void lex_string(struct lexer *lx, struct token *t)
{
	const char *p = lx->pos + 1;

	t->kind = TOK_STRING;
	t->s = p;
	for (; p < lx->end && *p != '\n'; p++) {
		if (*p == '"') {
			t->n = (size_t)(p - t->s);
			lx->pos = p + 1;
			return;
		}
		if (!*p)
			nul_error(lx, p);
		if (*p == '\\' && p + 1 < lx->end && p[1] != '\n')
			p++;
	}
	t->kind = TOK_BAD;
	t->n = (size_t)(p - t->s);
	lx->pos = p;
	if (lx->diag)
		diag_error(lx->diag, lx->name, t->loc, "the text has no closing quote");
}

static void lex_word(struct lexer *lx, struct token *t)
{
	const char *p = lx->pos;

	t->kind = TOK_WORD;
	while (p < lx->end) {
		enum byte_class c = class_of(*p);

		if (c != IN_WORD && (c != CR || cr_is_space(lx, p)))
			break;
		p++;
	}
	t->n = (size_t)(p - lx->pos);
	lx->pos = p;
}

static void lex_punct(struct lexer *lx, struct token *t)
{
	t->n = 1;
	switch (*lx->pos++) {
	case '{':
		t->kind = TOK_LBRACE;
		if (lx->depth < UINT_MAX)
			lx->depth++;
		return;
	case '}':
		t->kind = TOK_RBRACE;
		if (lx->depth)
			lx->depth--;
		return;
	case ',':
		t->kind = TOK_COMMA;
		return;
	case ';':
		t->kind = TOK_SEMI;
		return;
	}
	t->kind = TOK_BANG;
}

struct token lex_next(struct lexer *lx)
{
	struct token t = { .kind = TOK_EOF };
	bool newline = skip_blanks(lx);

	t.s = lx->pos;
	t.loc = here(lx, lx->pos);
	t.first = lx->first;
	if (newline) {
		t.kind = TOK_NEWLINE;
		t.n = 1;
		new_line(lx);
		return t;
	}
	if (lx->pos == lx->end)
		return t;
	lx->first = false;
	if (class_of(*lx->pos) == QUOTE)
		lex_string(lx, &t);
	else if (class_of(*lx->pos) == PUNCT)
		lex_punct(lx, &t);
	else
		lex_word(lx, &t);
	return t;
}

void lex_split(struct lexer *lx, struct token *t, size_t n)
{
	lx->pos = t->s + n;
	t->n = n;
}

int lex_unescape(const struct token *t, char *out, size_t max, size_t *at)
{
	size_t len = 0;

	for (size_t i = 0; i < t->n; i++) {
		char c = t->s[i];

		*at = i;
		if (c == '\\') {
			if (i + 1 == t->n || (t->s[i + 1] != '"' && t->s[i + 1] != '\\'))
				return -EINVAL;
			c = t->s[++i];
		}
		if (len == max)
			return -E2BIG;
		out[len++] = c;
	}
	out[len] = '\0';
	return (int)len;
}
