/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of values: braces, commas, `!`, `$names`. */
#include <errno.h>
#include "parse_impl.h"
#include "suggest.h"

void list_push(struct value_list *l, const union value *v, struct srcloc loc)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->v = (char *)xreallocarray(l->v, l->cap, sizeof(union value));
		l->locs = (struct srcloc *)xreallocarray(l->locs, l->cap, sizeof(*l->locs));
	}
	memcpy(l->v + l->n * l->size, v, l->size);
	l->locs[l->n++] = loc;
}

static void list_keep(struct value_list *l, size_t from, size_t to)
{
	if (from == to)
		return;
	memcpy(l->v + to * l->size, l->v + from * l->size, l->size);
	l->locs[to] = l->locs[from];
}

static bool is_in_first(const struct value_list *l, size_t n, const char *v)
{
	for (size_t i = 0; i < n; i++)
		if (!memcmp(l->v + i * l->size, v, l->size))
			return true;
	return false;
}

/* Long lists: a table of 1 + index of the kept values, hashed. */
static size_t dedupe_hashed(struct value_list *l)
{
	size_t cap = 64, kept = 0;
	_cleanup_free_ size_t *slots = NULL;

	while (cap < 2 * l->n)
		cap *= 2;
	slots = (size_t *)xcalloc(cap, sizeof(*slots));
	for (size_t i = 0; i < l->n; i++) {
		const char *v = l->v + i * l->size;
		size_t h = hash_bytes(v, l->size) & (cap - 1);

		while (slots[h] && memcmp(l->v + (slots[h] - 1) * l->size, v, l->size))
			h = (h + 1) & (cap - 1);
		if (slots[h])
			continue;
		list_keep(l, i, kept);
		slots[h] = ++kept;
	}
	return kept;
}

void list_dedupe(struct value_list *l)
{
	size_t kept = 0;

	if (l->n > 16) {
		l->n = dedupe_hashed(l);
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		if (!is_in_first(l, kept, l->v + i * l->size))
			list_keep(l, i, kept++);
	l->n = kept;
}

void *list_take(struct value_list *l, size_t *n)
{
	void *copy;

	*n = l->n;
	if (!l->n)
		return NULL;
	copy = xmalloc(l->n * l->size);
	memcpy(copy, l->v, l->n * l->size);
	return copy;
}

const struct define *p_define(struct parser *p, const struct token *t)
{
	int i = symtab_find(&p->define_names, t->s + 1, t->n - 1);
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	char shown[SHOWN_MAX];
	struct suggest near;

	if (i >= 0)
		return &p->defines[i];
	suggest_init(&near, t->s + 1, t->n - 1);
	for (size_t k = 0; k < p->ndefines; k++)
		suggest_try(&near, p->defines[k].name);
	suggest_add(&near, "$", &hint);
	p_error(p, t->loc, "unknown name '%s'%s", shown_word(shown, t->s, t->n),
		hint.len ? hint.str : " (a define must stand before its use)");
	return NULL;
}

static void push_word(struct parser *p, const struct token *t, struct srcloc loc)
{
	_cleanup_strbuf_ struct strbuf err = { NULL, 0, 0 };
	union value v;

	if (!value_parse(p->list.kind, t->s, t->n, &v, &err))
		list_push(&p->list, &v, loc);
	else
		p_error(p, loc, "%s", err.str);
}

/* The define holds values of another kind. Words that are only names are wrong where they stand. */
static void report_kind(struct parser *p, const struct define *d, const struct token *use)
{
	char name[SHOWN_MAX], word[SHOWN_MAX];
	union value v;

	for (size_t i = 0; i < d->n; i++) {
		const struct token *w = &d->words[i];

		if (!value_parse(p->list.kind, w->s, w->n, &v, NULL))
			continue;
		if (d->kinds == 1u << KIND_IFACE)
			push_word(p, w, w->loc);
		else
			p_error(p, use->loc, "'%s' does not hold %s: '%s' (line %u)", shown_word(name, use->s, use->n),
				kind_many(p->list.kind), shown_word(word, w->s, w->n), w->loc.line);
		return;
	}
}

static int list_item(struct parser *p, const struct token *t)
{
	const struct define *d;

	if (t->s[0] == '@')
		return p_error(p, t->loc,
			       p->list.kind == KIND_ADDR ? "a set cannot stand in a list: write one rule for each"
							 : "a set holds addresses: it stands behind 'from' or 'to'");
	if (t->s[0] != '$') {
		push_word(p, t, t->loc);
		return 0;
	}
	d = p_define(p, t);
	if (!d)
		return 0;
	if (d->bad)
		return -EINVAL; /* reported where it is defined */
	if (!(d->kinds & 1u << p->list.kind)) {
		report_kind(p, d, t);
		return 0;
	}
	for (size_t i = 0; i < d->n; i++)
		push_word(p, &d->words[i], t->loc);
	return 0;
}

static int brace_stray(struct parser *p)
{
	switch (p->tok.kind) {
	case TOK_BANG:
		return p_error(p, p->tok.loc, "'!' cannot stand in a list (write ! { ... } for none of these)");
	case TOK_COMMA:
		return p_error(p, p->tok.loc, "unexpected ',' in a list");
	case TOK_EOF:
	case TOK_NEWLINE:
	case TOK_WORD:
	case TOK_STRING:
	case TOK_LBRACE:
	case TOK_RBRACE:
	case TOK_SEMI:
	case TOK_BAD:
		break;
	}
	return p_unexpected(p, "a value or '}'");
}

int p_braces(struct parser *p, int (*item)(struct parser *p, const struct token *t))
{
	struct srcloc outer = p->tok.loc, inner = outer;
	unsigned depth = 0;
	bool empty = true, comma = false; /* nothing behind the last brace; a comma may follow */

	do {
		struct token t = p->tok;
		int rc = 0;

		if (t.kind == TOK_EOF || p_starts_statement(p))
			return p_error(p, outer, "the list has no closing '}'");
		if (t.kind == TOK_LBRACE) {
			depth++;
			inner = t.loc;
			empty = true;
			comma = false;
		} else if (t.kind == TOK_RBRACE) {
			if (empty)
				p_error(p, inner, "the list is empty");
			depth--;
			empty = false;
			comma = true;
		} else if (t.kind == TOK_WORD) {
			empty = false;
			comma = true;
			rc = item(p, &t);
		} else if (t.kind == TOK_COMMA && comma) {
			comma = false;
		} else {
			return brace_stray(p);
		}
		if (rc)
			return rc;
		p_next(p);
	} while (depth);
	return 0;
}

int p_list(struct parser *p, enum kind k)
{
	struct value_list *l = &p->list;
	int rc;

	l->kind = k;
	l->size = value_size(k);
	l->n = 0;
	l->loc = p->tok.loc;
	l->negated = p->tok.kind == TOK_BANG;
	if (l->negated)
		p_next(p);
	if (p->tok.kind == TOK_LBRACE) {
		rc = p_braces(p, list_item);
	} else if (p->tok.kind == TOK_WORD) {
		struct token t = p->tok;

		rc = list_item(p, &t);
		p_next(p);
	} else {
		return p_unexpected(p, "a value");
	}
	return rc;
}
