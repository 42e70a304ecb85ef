/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the rule language. Tokens point into the text; nothing is allocated. */
#ifndef FW_CTL_LEX_H
#define FW_CTL_LEX_H

#include <string.h>
#include "diag.h"

enum token_kind {
	TOK_EOF,
	TOK_NEWLINE, /* ends a statement; none is given inside braces */
	TOK_WORD,
	TOK_STRING, /* s is what stands between the quotes, escapes still in it */
	TOK_LBRACE,
	TOK_RBRACE,
	TOK_COMMA,
	TOK_SEMI,
	TOK_BANG,
	TOK_BAD, /* a string that does not end; reported already */
};

struct token {
	enum token_kind kind;
	bool first; /* of its line */
	const char *s;
	size_t n;
	struct srcloc loc;
};

struct lexer {
	const char *name; /* of the file, for messages */
	const char *pos, *end, *line_start;
	uint32_t line;
	unsigned depth;       /* of braces */
	bool first;           /* no token on this line yet */
	struct diag *diag;    /* NULL: errors are not reported (looking ahead) */
	const char *nul_line; /* the line whose NUL byte was reported last */
};

void lexer_init(struct lexer *lx, const char *name, const char *text, size_t len, struct diag *d);
struct token lex_next(struct lexer *lx);

/* Give back all of the word t but its first n bytes (the lexer stands right behind t). */
void lex_split(struct lexer *lx, struct token *t, size_t n);

/* The text of a string token with `\"` and `\\` undone: at most max bytes and a NUL go to out. Returns its
 * length, or -EINVAL for another escape (*at is its offset), -E2BIG when it does not fit. */
int lex_unescape(const struct token *t, char *out, size_t max, size_t *at);

static inline bool token_is(const struct token *t, const char *word)
{
	return t->kind == TOK_WORD && !strncmp(t->s, word, t->n) && !word[t->n];
}

#endif
