/* SPDX-License-Identifier: GPL-2.0 */
/* Sets: their declarations, and the `@names` of rules, which may stand before them. */
#include <errno.h>
#include <unistd.h>
#include "../shared/config.h"
#include "fields.h"
#include "parse_impl.h"
#include "suggest.h"

enum { SETFILE_MAX = 1 << 30 };

/* Which parts of a declaration were seen, and where. */
struct set_state {
	struct set set;
	bool typed;
	struct srcloc file_loc;
};

static int set_type(struct parser *p, struct set_state *st)
{
	char shown[SHOWN_MAX];

	if (st->typed)
		return p_error(p, p->tok.loc, "'type' is given twice");
	p_next(p);
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "addr or net");
	if (!token_is(&p->tok, "addr") && !token_is(&p->tok, "net"))
		return p_error(p, p->tok.loc, "unknown set type '%s' (addr or net)", shown_word(shown, p->tok.s, p->tok.n));
	st->set.type = token_is(&p->tok, "addr") ? SET_ADDR : SET_NET;
	st->typed = true;
	p_next(p);
	return 0;
}

static int set_path(struct parser *p, struct set_state *st)
{
	_cleanup_free_ char *path = NULL;
	size_t at = 0;

	if (st->set.file)
		return p_error(p, p->tok.loc, "'file' is given twice");
	p_next(p);
	if (p->tok.kind != TOK_STRING)
		return p_unexpected(p, "a path in quotes");
	path = (char *)xmalloc(p->tok.n + 1);
	if (lex_unescape(&p->tok, path, p->tok.n, &at) < 0)
		return p_error(p, p->tok.loc, "wrong escape in the path (only \\\" and \\\\ are known)");
	if (!*path || !strcmp(path, "-"))
		return p_error(p, p->tok.loc, "'file' needs the path of a file");
	st->set.file = TAKE_PTR(path);
	st->file_loc = p->tok.loc;
	p_next(p);
	return 0;
}

/* Elements wait as words for the type, which may come behind them. */
static int set_element(struct parser *p)
{
	struct token t = p->tok;
	const struct define *d = NULL;

	if (t.s[0] == '$') {
		d = p_define(p, &t);
		if (!d || d->bad)
			return -EINVAL;
	}
	for (size_t i = 0; i < (d ? d->n : 1); i++) {
		GROW(p->words, p->nwords, p->words_cap);
		p->words[p->nwords] = d ? d->words[i] : t;
		p->words[p->nwords++].loc = t.loc;
	}
	p_next(p);
	return 0;
}

static int set_part(struct parser *p, struct set_state *st)
{
	if (p->tok.kind == TOK_SEMI || p->tok.kind == TOK_COMMA) {
		p_next(p);
		return 0;
	}
	if (p->tok.kind != TOK_WORD)
		return p_unexpected(p, "type, file, an address or '}'");
	if (token_is(&p->tok, "type"))
		return set_type(p, st);
	if (token_is(&p->tok, "file"))
		return set_path(p, st);
	if (token_is(&p->tok, "timeout") || token_is(&p->tok, "size"))
		return p_error(p, p->tok.loc, "'%.*s' is not available in this version yet", (int)p->tok.n, p->tok.s);
	return set_element(p);
}

/* Between the braces; the token at hand is the first one. */
static int set_body(struct parser *p, struct set_state *st)
{
	struct srcloc open = p->tok.loc;
	int rc;

	p_next(p);
	p->nwords = 0;
	while (p->tok.kind != TOK_RBRACE) {
		if (p->tok.kind == TOK_EOF || p_starts_statement(p))
			return p_error(p, open, "the set has no closing '}'");
		rc = set_part(p, st);
		if (rc)
			return rc;
	}
	p_next(p);
	if (!st->typed)
		return p_error(p, open, "the set has no type (type addr or type net)");
	return 0;
}

static void set_values(struct parser *p, struct set *s)
{
	struct value_list *l = &p->list;
	union value v;

	l->n = 0;
	l->size = sizeof(struct addr_range);
	for (size_t i = 0; i < p->nwords; i++) {
		_cleanup_strbuf_ struct strbuf err = { NULL, 0, 0 };
		const struct token *t = &p->words[i];
		enum addr_error e = addr_range_parse(t->s, t->n, &v.addr);

		if (e)
			addr_error_text(e, t->s, t->n, &v.addr, &err);
		else
			setelem_check(&v.addr, s->type, &err);
		if (err.len)
			p_error(p, t->loc, "%s", err.str);
		else
			list_push(l, &v, t->loc);
	}
	list_dedupe(l);
	s->v = (struct addr_range *)list_take(l, &s->n);
}

static int set_unreadable(struct parser *p, const struct set_state *st, const char *why, int rc)
{
	p_error(p, st->file_loc, "cannot read '%s': %s", st->set.file, why);
	if (!p->diag->io_error)
		p->diag->io_error = rc == -EINVAL ? -EIO : rc;
	p->io_errors++;
	return rc;
}

/* The path that means this file from any working directory: of the live rules it is read again wherever `list` is called. */
static int set_whole_path(struct parser *p, const struct set_state *st, char **out)
{
	_cleanup_free_ char *dir = NULL;
	const char *path = st->set.file;

	if (path[0] == '/') {
		*out = xstrdup(path);
		return 0;
	}
	dir = getcwd(NULL, 0);
	if (!dir)
		return set_unreadable(p, st, "the working directory has no path now (write the whole path)", -errno);
	if (strchr(dir, '\n'))
		return set_unreadable(p, st, "the working directory's path has a line break, which rules cannot hold", -EINVAL);
	while (!strncmp(path, "./", 2))
		path += 2 + strspn(path + 2, "/");
	*out = xasprintf("%s/%s", strcmp(dir, "/") ? dir : "", path);
	return 0;
}

/* Messages name the file as it was typed. */
static int set_read_file(struct parser *p, struct set_state *st)
{
	_cleanup_free_ char *text = NULL, *whole = NULL;
	struct diag d = { .io_error = 0 };
	size_t len;
	int rc = read_file(st->set.file, SETFILE_MAX, &text, &len);

	if (rc)
		return set_unreadable(p, st, strerror(-rc), rc);
	rc = set_whole_path(p, st, &whole);
	if (rc)
		return rc;
	rc = setfile_parse(st->set.file, text, len, st->set.type, &st->set.file_v, &st->set.file_n, &d);
	diag_merge(p->diag, &d, st->set.loc);
	free(st->set.file);
	st->set.file = TAKE_PTR(whole);
	return rc;
}

static int set_name(struct parser *p, struct set *s, struct token *name)
{
	char shown[SHOWN_MAX];
	int first;

	p_next(p);
	*name = p->tok;
	if (name->kind != TOK_WORD)
		return p_unexpected(p, "a name");
	if (!p_name_ok(name->s, name->n))
		return p_error(p, name->loc, "'%s' is not a name (letters, digits, _ and -)",
			       shown_word(shown, name->s, name->n));
	if (name->n > SET_NAME_MAX)
		return p_error(p, name->loc, "the name of the set has more than %d bytes", SET_NAME_MAX);
	first = symtab_find(&p->set_names, name->s, name->n);
	if (first >= 0)
		return p_error(p, name->loc, "set '%.*s' is declared twice (first on line %d)", (int)name->n, name->s, first);
	symtab_add(&p->set_names, name->s, name->n, (int)name->loc.line);
	memcpy(s->name, name->s, name->n);
	s->loc = name->loc;
	p_next(p);
	if (p->tok.kind != TOK_LBRACE)
		return p_unexpected(p, "'{'");
	return 0;
}

int p_stmt_set(struct parser *p)
{
	struct set_state st = { .typed = false };
	struct ruleset *rs = p->rs;
	struct token name;
	int rc = set_name(p, &st.set, &name);

	if (!rc)
		rc = set_body(p, &st);
	if (!rc) {
		set_values(p, &st.set);
		if (st.set.file && p->read_files)
			set_read_file(p, &st);
	}
	if (p_failed(p)) {
		free(st.set.v);
		free(st.set.file);
		free(st.set.file_v);
		return rc;
	}
	if (rs->nsets == SETS_MAX && !p->sets_full) {
		p->sets_full = true; /* those beyond are read all the same: names in rules are to be known */
		p_error(p, name.loc, "more than %d sets", SETS_MAX);
	}
	GROW(rs->sets, rs->nsets, p->sets_cap);
	rs->sets[rs->nsets++] = st.set;
	return rc;
}

static void unknown_set(struct parser *p, const struct token *name)
{
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	char shown[SHOWN_MAX];
	struct suggest near;

	suggest_init(&near, name->s, name->n);
	for (size_t i = 0; i < p->rs->nsets; i++)
		suggest_try(&near, p->rs->sets[i].name);
	suggest_add(&near, "@", &hint);
	p_error(p, name->loc, "unknown set '@%s'%s", shown_word(shown, name->s, name->n), hint.len ? hint.str : "");
}

/* Of each rule image, from and to: the sets that rules name, and how many those are. What compile() asks too, of rules one by one. */
struct sets_in_use {
	bool used[IMAGE_COUNT][2][SETS_MAX], full[IMAGE_COUNT];
	unsigned int n[IMAGE_COUNT];
};

static void note_use(struct parser *p, struct sets_in_use *in_use, const struct set_use *use, int set)
{
	enum image image = rule_image(&p->rs->rules[use->rule]);

	if (set >= SETS_MAX || in_use->used[image][use->to][set])
		return;
	in_use->used[image][use->to][set] = true;
	if (++in_use->n[image] <= SET_REFS_MAX || in_use->full[image])
		return;
	in_use->full[image] = true;
	p_error(p, use->name.loc, "more than %d sets in rules %s per-packet fields ('from' and 'to' counted apart)", SET_REFS_MAX,
		image == IMAGE_FLOW ? "without" : "with");
}

/* Sets that were declared wrongly are known by name, but have no index: the text is refused anyway. */
void p_resolve_sets(struct parser *p)
{
	struct symtab index = { NULL, 0, 0 };
	struct sets_in_use in_use = { .n = { 0 } };

	for (size_t i = 0; i < p->rs->nsets; i++)
		symtab_add(&index, p->rs->sets[i].name, strlen(p->rs->sets[i].name), (int)i);
	for (size_t i = 0; i < p->nuses; i++) {
		const struct set_use *use = &p->uses[i];
		struct rule *r = &p->rs->rules[use->rule];
		int set = symtab_find(&index, use->name.s, use->name.n);

		if (set >= 0) {
			(use->to ? &r->to : &r->from)->addr.set = set;
			note_use(p, &in_use, use, set);
		} else if (symtab_find(&p->set_names, use->name.s, use->name.n) < 0) {
			unknown_set(p, &use->name);
		}
	}
	symtab_free(&index);
}
