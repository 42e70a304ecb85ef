/* SPDX-License-Identifier: GPL-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "diag.h"

static void diag_add(struct diag_list *l, const char *file, struct srcloc loc, const char *fmt, va_list ap)
{
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = (struct diag_entry){ .file = xstrdup(file), .loc = loc, .at = loc, .msg = xvasprintf(fmt, ap) };
}

void diag_error(struct diag *d, const char *file, struct srcloc loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(&d->errors, file, loc, fmt, ap);
	va_end(ap);
}

void diag_warn(struct diag *d, const char *file, struct srcloc loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(&d->warnings, file, loc, fmt, ap);
	va_end(ap);
}

static void list_merge(struct diag_list *to, struct diag_list *from, struct srcloc at)
{
	for (size_t i = 0; i < from->n; i++) {
		GROW(to->v, to->n, to->cap);
		to->v[to->n] = from->v[i];
		to->v[to->n++].at = at;
	}
	free(from->v);
	*from = (struct diag_list){ NULL, 0, 0 };
}

void diag_merge(struct diag *d, struct diag *from, struct srcloc at)
{
	list_merge(&d->errors, &from->errors, at);
	list_merge(&d->warnings, &from->warnings, at);
	if (!d->io_error)
		d->io_error = from->io_error;
}

static int loc_cmp(struct srcloc a, struct srcloc b) { return srcloc_before(b, a) - srcloc_before(a, b); }

/* By statement, then by position in the file at hand, then by message. */
static int entry_cmp(const void *pa, const void *pb)
{
	const struct diag_entry *a = (const struct diag_entry *)pa, *b = (const struct diag_entry *)pb;
	int c = loc_cmp(a->at, b->at);

	if (!c)
		c = strcmp(a->file, b->file);
	if (!c)
		c = loc_cmp(a->loc, b->loc);
	return c ? c : strcmp(a->msg, b->msg);
}

static void entry_free(struct diag_entry *e)
{
	free(e->file);
	free(e->msg);
}

static void list_sort(struct diag_list *l)
{
	size_t kept = 0;

	if (!l->n)
		return;
	qsort(l->v, l->n, sizeof(*l->v), entry_cmp);
	for (size_t i = 1; i < l->n; i++) {
		if (entry_cmp(&l->v[kept], &l->v[i]))
			l->v[++kept] = l->v[i];
		else
			entry_free(&l->v[i]);
	}
	l->n = kept + 1;
}

void diag_sort(struct diag *d)
{
	list_sort(&d->errors);
	list_sort(&d->warnings);
}

void diag_render(const struct diag_entry *e, struct strbuf *out)
{
	strbuf_add(out, "%s:%u:%u: %s", e->file, e->loc.line, e->loc.col, e->msg);
}

static void list_free(struct diag_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		entry_free(&l->v[i]);
	free(l->v);
}

void diag_free(struct diag *d)
{
	list_free(&d->errors);
	list_free(&d->warnings);
	memset(d, 0, sizeof(*d));
}

const char *shown_word(char buf[SHOWN_MAX], const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (len + 8 > SHOWN_MAX) {
			len += (size_t)snprintf(buf + len, SHOWN_MAX - len, "...");
			break;
		}
		if (c >= 0x20 && c < 0x7f)
			buf[len++] = (char)c;
		else
			len += (size_t)snprintf(buf + len, SHOWN_MAX - len, "\\x%02x", c);
	}
	buf[len] = '\0';
	return buf;
}
