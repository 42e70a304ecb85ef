/* SPDX-License-Identifier: GPL-2.0 */
#undef NDEBUG /* the assertions are the writer's contract */
#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include "json.h"
#include "util.h"

void json_init(struct json *j, struct strbuf *out) { *j = (struct json){ .out = out }; }

void json_done(struct json *j)
{
	assert(!j->depth && j->complete);
	j->complete = false;
}

/* Inlined: of a literal the length is a constant. */
static inline __attribute__((always_inline)) void put(struct json *j, const char *s) { strbuf_add_bytes(j->out, s, strlen(s)); }

/* What stands between the member before and the one to come. */
static void separate(struct json *j)
{
	if (j->some[j->depth - 1])
		put(j, ",");
	j->some[j->depth - 1] = true;
}

static void before_value(struct json *j)
{
	if (!j->depth) {
		assert(!j->complete);
		return;
	}
	if (j->open[j->depth - 1] == '{') {
		assert(j->keyed);
		j->keyed = false;
	} else {
		separate(j);
	}
}

static void after_value(struct json *j)
{
	if (!j->depth)
		j->complete = true;
}

static void begin(struct json *j, char open)
{
	before_value(j);
	assert(j->depth < JSON_DEPTH);
	j->open[j->depth] = open;
	j->some[j->depth++] = false;
	strbuf_add_bytes(j->out, &open, 1);
}

static void end(struct json *j, char open, const char *text)
{
	assert(j->depth && j->open[j->depth - 1] == open && !j->keyed);
	j->depth--;
	put(j, text);
	after_value(j);
}

void json_object(struct json *j) { begin(j, '{'); }

void json_end_object(struct json *j) { end(j, '{', "}"); }

void json_array(struct json *j) { begin(j, '['); }

void json_end_array(struct json *j) { end(j, '[', "]"); }

int utf8_length(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	int want;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return -1;
	want = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0; /* no overlong forms */
	else if (p[0] == 0xed)
		high = 0x9f; /* no surrogates */
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f; /* nothing above U+10FFFF */
	for (int i = 1; i < want; i++) {
		if ((size_t)i >= n || p[i] < low || p[i] > high)
			return -i;
		low = 0x80;
		high = 0xbf;
	}
	return want;
}

/* The escape for an ASCII character, in `u` where it has no short one; NULL where it stands for itself. */
static const char *escape(unsigned char ch, char u[7])
{
	static const char hex[] = "0123456789abcdef";

	switch (ch) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		break;
	}
	if (ch >= 0x20 && ch != 0x7f)
		return NULL;
	memcpy(u, "\\u00", 4);
	u[4] = hex[ch >> 4];
	u[5] = hex[ch & 15];
	u[6] = '\0';
	return u;
}

/* Length of what stands for itself at the start of s: nearly always all. */
static size_t plain_length(const unsigned char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

static void quoted(struct json *j, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t plain = plain_length(p, n);

	put(j, "\"");
	strbuf_add_bytes(j->out, s, plain);
	for (size_t i = plain; i < n;) {
		int len = utf8_length(p + i, n - i);
		char u[7];
		const char *e = len == 1 ? escape(p[i], u) : len < 0 ? UTF8_REPLACEMENT : NULL;

		if (e)
			put(j, e);
		else
			strbuf_add_bytes(j->out, s + i, (size_t)len);
		i += (size_t)(len < 0 ? -len : len);
	}
	put(j, "\"");
}

void json_key(struct json *j, const char *key)
{
	assert(j->depth && j->open[j->depth - 1] == '{' && !j->keyed);
	separate(j);
	quoted(j, key, strlen(key));
	put(j, ":");
	j->keyed = true;
}

void json_bytes(struct json *j, const char *p, size_t n)
{
	before_value(j);
	quoted(j, p, n);
	after_value(j);
}

void json_string(struct json *j, const char *s)
{
	if (s)
		json_bytes(j, s, strlen(s));
	else
		json_null(j);
}

void json_raw(struct json *j, const char *text)
{
	before_value(j);
	put(j, text);
	after_value(j);
}

void json_int(struct json *j, int64_t v)
{
	before_value(j);
	strbuf_add(j->out, "%" PRId64, v);
	after_value(j);
}

void json_uint(struct json *j, uint64_t v)
{
	char digits[20], *at = digits + sizeof(digits);

	before_value(j);
	do {
		*--at = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	strbuf_add_bytes(j->out, at, (size_t)(digits + sizeof(digits) - at));
	after_value(j);
}

void json_bool(struct json *j, bool v) { json_raw(j, v ? "true" : "false"); }

void json_null(struct json *j) { json_raw(j, "null"); }

void json_key_string(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_string(j, s);
}

void json_key_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void json_key_uint(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_uint(j, v);
}

void json_key_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}
