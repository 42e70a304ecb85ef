/* SPDX-License-Identifier: GPL-2.0 */
/* The elements of sets: files of them, and single ones as `set add` takes them. */
#include <errno.h>
#include "parse_impl.h"

int setelem_check(const struct addr_range *r, enum set_type type, struct strbuf *err)
{
	char text[ADDR_TEXT_MAX];

	addr_range_print(r, text);
	if (r->form == ADDR_RANGE)
		strbuf_add(err, "'%s': a range cannot be an element of a set (write prefixes)", text);
	else if (r->form == ADDR_PREFIX && type == SET_ADDR)
		strbuf_add(err, "'%s': a set of type addr holds no prefixes (declare it as type net)", text);
	else
		return 0;
	return -EINVAL;
}

int setelem_parse(const char *s, size_t n, enum set_type type, struct addr_range *out, struct strbuf *msg)
{
	char shown[SHOWN_MAX], text[ADDR_TEXT_MAX];
	enum addr_error e = addr_range_parse(s, n, out);
	int rc;

	if (e && e != ADDR_HOST_BITS) {
		addr_error_text(e, s, n, out, msg);
		return -EINVAL;
	}
	rc = setelem_check(out, type, msg);
	if (rc || !e)
		return rc;
	addr_range_print(out, text);
	strbuf_add(msg, "host bits set in '%s': taken as %s", shown_word(shown, s, n), text);
	return 1;
}

/* What stands between elements. */
static bool is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == '\f' || c == '\v'; }

struct setfile {
	const char *name, *pos, *end, *line_start;
	uint32_t line;
	struct diag *diag;
};

static void skip_to_newline(struct setfile *f)
{
	const char *nl = (const char *)memchr(f->pos, '\n', (size_t)(f->end - f->pos));

	f->pos = nl ? nl : f->end;
}

/* The next word, or false at the end. */
static bool next_word(struct setfile *f, const char **s, size_t *n)
{
	while (f->pos < f->end) {
		if (*f->pos == '\n') {
			f->pos++;
			f->line++;
			f->line_start = f->pos;
		} else if (*f->pos == '#' || *f->pos == ';') {
			skip_to_newline(f);
		} else if (is_separator(*f->pos)) {
			f->pos++;
		} else {
			break;
		}
	}
	*s = f->pos;
	while (f->pos < f->end && *f->pos != '\n' && *f->pos != '#' && *f->pos != ';' && !is_separator(*f->pos))
		f->pos++;
	*n = (size_t)(f->pos - *s);
	return *n > 0;
}

int setfile_parse(const char *name, const char *text, size_t len, enum set_type type, struct addr_range **v, size_t *n,
		  struct diag *d)
{
	struct setfile f = { name, text, text + len, text, 1, d };
	struct value_list l = { .size = sizeof(struct addr_range) };
	size_t errors = d->errors.n, nword;
	union value value;
	const char *s;

	*v = NULL;
	*n = 0;
	while (next_word(&f, &s, &nword)) {
		struct srcloc loc = { f.line, (uint32_t)(s - f.line_start) + 1 };
		_cleanup_strbuf_ struct strbuf msg = { NULL, 0, 0 };
		int rc = setelem_parse(s, nword, type, &value.addr, &msg);

		if (rc < 0)
			diag_error(d, name, loc, "%s", msg.str);
		else
			list_push(&l, &value, loc);
		if (rc > 0)
			diag_warn(d, name, loc, "%s", msg.str);
	}
	list_dedupe(&l);
	if (d->errors.n == errors)
		*v = (struct addr_range *)list_take(&l, n);
	free(l.v);
	free(l.locs);
	return d->errors.n == errors ? 0 : -EINVAL;
}
