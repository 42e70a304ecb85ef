/* SPDX-License-Identifier: GPL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ipfix_decode.h"

static uint64_t number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

#define WRONG(d, ...) (snprintf((d)->why, sizeof((d)->why), __VA_ARGS__), false)

static struct decoded_template *find_template(struct decoder *d, uint16_t id)
{
	for (size_t i = 0; i < d->ntemplates; i++)
		if (d->templates[i].id == id)
			return &d->templates[i];
	return NULL;
}

static bool same_template(const struct decoded_template *a, const struct decoded_template *b)
{
	bool same = a->id == b->id && a->options == b->options && a->n == b->n && a->scopes == b->scopes;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->field[i].pen == b->field[i].pen && a->field[i].id == b->field[i].id &&
		       a->field[i].length == b->field[i].length;
	return same;
}

/* One (options) template record; *used bytes. */
static bool read_template(struct decoder *d, const uint8_t *p, size_t n, bool options, size_t *used)
{
	struct decoded_template t = { .options = options }, *old;
	size_t at = options ? 6 : 4;

	if (n < at)
		return WRONG(d, "template header cut");
	t.id = (uint16_t)number(p, 2);
	t.n = number(p + 2, 2);
	t.scopes = options ? number(p + 4, 2) : 0;
	if (t.id < 256 || !t.n || t.n > DECODE_FIELDS || (options && (!t.scopes || t.scopes > t.n)))
		return WRONG(d, "template %u: %zu fields, %zu scopes", t.id, t.n, t.scopes);
	for (size_t i = 0; i < t.n; i++) {
		bool enterprise = at < n && p[at] & 0x80;

		if (at + (enterprise ? 8 : 4) > n)
			return WRONG(d, "template %u cut", t.id);
		t.field[i].id = number(p + at, 2) & 0x7fff;
		t.field[i].length = (uint16_t)number(p + at + 2, 2);
		t.field[i].pen = enterprise ? (uint32_t)number(p + at + 4, 4) : 0;
		at += enterprise ? 8 : 4;
	}
	*used = at;
	old = find_template(d, t.id);
	if (old)
		return same_template(old, &t) || WRONG(d, "template %u changed", t.id);
	if (d->ntemplates == DECODE_TEMPLATES)
		return WRONG(d, "too many templates");
	d->templates[d->ntemplates++] = t;
	return true;
}

static bool read_record(struct decoder *d, const struct decoded_template *t, const uint8_t *p, size_t n, size_t *used)
{
	struct decoded_record r = { .template_id = t->id, .options = t->options, .n = t->n };
	size_t at = 0;

	for (size_t i = 0; i < t->n; i++) {
		size_t length = t->field[i].length;

		if (length == 65535) {
			if (at >= n)
				return WRONG(d, "record of %u cut", t->id);
			length = p[at++];
			if (length == 255) {
				if (at + 2 > n)
					return WRONG(d, "record of %u cut", t->id);
				length = number(p + at, 2);
				at += 2;
			}
		}
		if (at + length > n)
			return WRONG(d, "record of %u cut", t->id);
		r.field[i] = t->field[i];
		r.field[i].length = (uint16_t)length;
		r.field[i].value = p + at;
		at += length;
	}
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		d->v = realloc(d->v, d->cap * sizeof(*d->v));
		if (!d->v)
			abort();
	}
	d->v[d->n++] = r;
	*used = at;
	return true;
}

static bool read_set(struct decoder *d, uint16_t id, const uint8_t *p, size_t n)
{
	const struct decoded_template *t = id >= 256 ? find_template(d, id) : NULL;
	size_t at = 0, used;

	if (id != 2 && id != 3 && !t)
		return WRONG(d, "set %u has no template", id);
	while (at < n) {
		if (!t && n - at < 4)
			return WRONG(d, "%zu bytes behind the templates", n - at);
		if (!(t ? read_record(d, t, p + at, n - at, &used) : read_template(d, p + at, n - at, id == 3, &used)))
			return false;
		at += used;
	}
	return at == n && n ? true : WRONG(d, "set %u is empty", id);
}

bool decode(struct decoder *d, const uint8_t *buf, size_t len)
{
	size_t at = 16;

	d->n = 0;
	if (len < 16 || number(buf, 2) != 10 || number(buf + 2, 2) != len)
		return WRONG(d, "message header of %zu bytes", len);
	d->time = (uint32_t)number(buf + 4, 4);
	d->sequence = (uint32_t)number(buf + 8, 4);
	d->domain = (uint32_t)number(buf + 12, 4);
	if (d->sequence != d->records)
		return WRONG(d, "sequence number %u behind %u records", d->sequence, d->records);
	while (at < len) {
		size_t n = at + 4 <= len ? number(buf + at + 2, 2) : 0;

		if (n < 4 || at + n > len)
			return WRONG(d, "set of %zu bytes at %zu of %zu", n, at, len);
		if (!read_set(d, (uint16_t)number(buf + at, 2), buf + at + 4, n - 4))
			return false;
		at += n;
	}
	d->records += (uint32_t)d->n;
	return true;
}

void decoder_free(struct decoder *d)
{
	free(d->v);
	memset(d, 0, sizeof(*d));
}

const struct decoded_field *decoded_find(const struct decoded_record *r, uint32_t pen, uint16_t id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->field[i].pen == pen && r->field[i].id == id)
			return &r->field[i];
	return NULL;
}

uint64_t decoded_number(const struct decoded_record *r, uint32_t pen, uint16_t id)
{
	const struct decoded_field *f = decoded_find(r, pen, id);

	return f && f->length <= 8 ? number(f->value, f->length) : UINT64_MAX;
}
