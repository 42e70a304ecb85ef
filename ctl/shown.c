/* SPDX-License-Identifier: GPL-2.0 */
#include "shown.h"

static bool is_printable(char c) { return c >= ' ' && c <= '~'; }

static void add_byte(struct strbuf *out, char c)
{
	static const char digits[] = "0123456789abcdef";
	const char hex[4] = { '\\', 'x', digits[(unsigned char)c >> 4], digits[c & 15] };

	if (is_printable(c))
		strbuf_add_bytes(out, &c, 1);
	else
		strbuf_add_bytes(out, hex, sizeof(hex));
}

static void add(struct strbuf *out, const char *s, bool quoted)
{
	for (; *s; s++) {
		if (*s == '\\' || (quoted && *s == '"'))
			strbuf_add_bytes(out, "\\", 1);
		add_byte(out, *s);
	}
}

void shown_add(struct strbuf *out, const char *s) { add(out, s, false); }

void shown_add_quoted(struct strbuf *out, const char *s)
{
	strbuf_add_bytes(out, "\"", 1);
	add(out, s, true);
	strbuf_add_bytes(out, "\"", 1);
}

void shown_fix(struct strbuf *out, size_t from)
{
	_cleanup_strbuf_ struct strbuf fixed = { NULL, 0, 0 };

	for (size_t i = from; i < out->len; i++)
		add_byte(&fixed, out->str[i]);
	out->len = from;
	if (fixed.len)
		strbuf_add_bytes(out, fixed.str, fixed.len);
}
