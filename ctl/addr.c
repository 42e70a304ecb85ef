/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include "addr.h"
#include "diag.h"

static const __u8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Dotted quad: four decimal bytes without leading zeros. */
static bool parse_v4(const char *s, size_t n, __u8 out[4])
{
	size_t i = 0;

	for (unsigned part = 0; part < 4; part++) {
		unsigned v = 0, digits = 0;

		if (part && (i == n || s[i++] != '.'))
			return false;
		for (; i < n && is_digit(s[i]) && digits < 3; i++, digits++)
			v = v * 10 + (unsigned)(s[i] - '0');
		if (!digits || v > 255 || (digits > 1 && s[i - digits] == '0'))
			return false;
		out[part] = (__u8)v;
	}
	return i == n;
}

enum addr_error addr_parse(const char *s, size_t n, enum family *family, addr_t *out)
{
	char buf[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (parse_v4(s, n, out->b + 12)) {
		memcpy(out->b, mapped, sizeof(mapped));
		*family = FAMILY_INET;
		return ADDR_OK;
	}
	if (n >= sizeof(buf) || !memchr(s, ':', n))
		return ADDR_BAD;
	memcpy(buf, s, n);
	buf[n] = '\0';
	if (strlen(buf) != n || inet_pton(AF_INET6, buf, out->b) != 1)
		return ADDR_BAD;
	*family = FAMILY_INET6;
	return memcmp(out->b, mapped, sizeof(mapped)) ? ADDR_OK : ADDR_MAPPED;
}

void addr_prefix(enum family family, const addr_t *a, unsigned plen, struct addr_range *out)
{
	unsigned bits = plen + (family == FAMILY_INET ? 96 : 0);

	memset(out, 0, sizeof(*out));
	out->family = family;
	out->form = bits == 128 ? ADDR_SINGLE : ADDR_PREFIX;
	out->plen = bits == 128 ? 0 : (uint8_t)plen;
	for (unsigned i = 0; i < 16; i++) {
		unsigned left = bits > i * 8 ? bits - i * 8 : 0;
		__u8 mask = left >= 8 ? 0xff : (__u8)(0xff00 >> left);

		out->lo.b[i] = a->b[i] & mask;
		out->hi.b[i] = a->b[i] | (__u8)~mask;
	}
}

static bool parse_plen(const char *s, size_t n, unsigned max, unsigned *out)
{
	unsigned v = 0;

	if (!n || n > 3)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return false;
		v = v * 10 + (unsigned)(s[i] - '0');
	}
	*out = v;
	return v <= max;
}

static enum addr_error parse_prefix(const char *s, size_t n, size_t slash, struct addr_range *out)
{
	enum family family;
	unsigned plen;
	addr_t a;
	enum addr_error e = addr_parse(s, slash, &family, &a);

	if (e == ADDR_BAD)
		return e;
	if (!parse_plen(s + slash + 1, n - slash - 1, family == FAMILY_INET ? 32 : 128, &plen))
		return ADDR_BAD_PLEN;
	if (e == ADDR_MAPPED && plen >= 96) {
		addr_prefix(FAMILY_INET, &a, plen - 96, out);
		return ADDR_MAPPED;
	}
	addr_prefix(family, &a, plen, out);
	return addr_cmp(&out->lo, &a) ? ADDR_HOST_BITS : ADDR_OK;
}

static enum addr_error parse_span(const char *s, size_t n, size_t dash, struct addr_range *out)
{
	enum family lo_family, hi_family;
	enum addr_error lo = addr_parse(s, dash, &lo_family, &out->lo);
	enum addr_error hi = addr_parse(s + dash + 1, n - dash - 1, &hi_family, &out->hi);

	if (lo == ADDR_BAD || hi == ADDR_BAD)
		return ADDR_BAD;
	if (lo_family != hi_family)
		return ADDR_MIXED;
	out->family = lo_family;
	out->form = ADDR_RANGE;
	if (lo == ADDR_MAPPED || hi == ADDR_MAPPED) {
		out->family = FAMILY_INET;
		return ADDR_MAPPED;
	}
	if (addr_cmp(&out->lo, &out->hi) > 0)
		return ADDR_ORDER;
	if (!addr_cmp(&out->lo, &out->hi))
		out->form = ADDR_SINGLE;
	return ADDR_OK;
}

enum addr_error addr_range_parse(const char *s, size_t n, struct addr_range *out)
{
	const char *slash = (const char *)memchr(s, '/', n), *dash = (const char *)memchr(s, '-', n);
	enum addr_error e;

	memset(out, 0, sizeof(*out));
	if (dash)
		return parse_span(s, n, (size_t)(dash - s), out);
	if (slash)
		return parse_prefix(s, n, (size_t)(slash - s), out);
	e = addr_parse(s, n, &out->family, &out->lo);
	if (e == ADDR_MAPPED)
		out->family = FAMILY_INET;
	out->form = ADDR_SINGLE;
	out->hi = out->lo;
	return e;
}

static void error_mapped(const char *shown, const struct addr_range *r, struct strbuf *out)
{
	char text[ADDR_TEXT_MAX];

	strbuf_add(out, "'%s' is an IPv4 address in IPv6 form, which is never on the wire", shown);
	if (!memcmp(r->lo.b, mapped, sizeof(mapped)) && !memcmp(r->hi.b, mapped, sizeof(mapped))) {
		addr_range_print(r, text);
		strbuf_add(out, " (write %s)", text);
	}
}

void addr_error_text(enum addr_error e, const char *s, size_t n, const struct addr_range *r, struct strbuf *out)
{
	char shown[SHOWN_MAX], text[ADDR_TEXT_MAX];

	shown_word(shown, s, n);
	switch (e) {
	case ADDR_OK:
		return;
	case ADDR_BAD:
		strbuf_add(out, "'%s' is not an address, prefix or range of addresses", shown);
		if (n && (s[0] == '-' || s[n - 1] == '-'))
			strbuf_add(out, " (a range is one word: a-b)");
		return;
	case ADDR_BAD_PLEN:
		strbuf_add(out, "'%s' has no valid prefix length (%s)", shown, memchr(s, ':', n) ? "0 to 128" : "0 to 32");
		return;
	case ADDR_HOST_BITS:
		addr_range_print(r, text);
		strbuf_add(out, "host bits set in '%s' (did you mean %s?)", shown, text);
		return;
	case ADDR_MAPPED:
		error_mapped(shown, r, out);
		return;
	case ADDR_MIXED:
		strbuf_add(out, "'%s' goes from one address family to the other", shown);
		return;
	case ADDR_ORDER:
		strbuf_add(out, "'%s' ends before it starts (did you mean ", shown);
		addr_print(r->family, &r->hi, text);
		strbuf_add(out, "%s-", text);
		addr_print(r->family, &r->lo, text);
		strbuf_add(out, "%s?)", text);
		return;
	}
}

/* Not by snprintf: a list of flows prints millions. */
static size_t inet_print(const __u8 b[4], char *buf)
{
	char *at = buf;

	for (int i = 0; i < 4; i++) {
		if (i)
			*at++ = '.';
		if (b[i] >= 100)
			*at++ = (char)('0' + b[i] / 100);
		if (b[i] >= 10)
			*at++ = (char)('0' + b[i] / 10 % 10);
		*at++ = (char)('0' + b[i] % 10);
	}
	*at = '\0';
	return (size_t)(at - buf);
}

size_t addr_print(enum family family, const addr_t *a, char buf[ADDR_TEXT_MAX])
{
	if (family == FAMILY_INET)
		return inet_print(&a->b[12], buf);
	if (!inet_ntop(AF_INET6, a->b, buf, INET6_ADDRSTRLEN))
		buf[0] = '\0';
	return strlen(buf);
}

size_t addr_range_print(const struct addr_range *r, char buf[ADDR_TEXT_MAX])
{
	size_t n = addr_print(r->family, &r->lo, buf);
	char hi[ADDR_TEXT_MAX];

	switch (r->form) {
	case ADDR_SINGLE:
		break;
	case ADDR_PREFIX:
		n += (size_t)snprintf(buf + n, ADDR_TEXT_MAX - n, "/%u", r->plen);
		break;
	case ADDR_RANGE:
		addr_print(r->family, &r->hi, hi);
		n += (size_t)snprintf(buf + n, ADDR_TEXT_MAX - n, "-%.*s", INET6_ADDRSTRLEN, hi);
		break;
	}
	return n;
}

int addr_range_cmp(const struct addr_range *a, const struct addr_range *b)
{
	int c = (int)a->family - (int)b->family;

	if (!c)
		c = addr_cmp(&a->lo, &b->lo);
	return c ? c : addr_cmp(&b->hi, &a->hi);
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int mac_parse(const char *s, size_t n, struct mac *out)
{
	if (n != MAC_TEXT_LEN)
		return -EINVAL;
	for (size_t i = 0; i < 6; i++) {
		int hi = hex_digit(s[i * 3]), lo = hex_digit(s[i * 3 + 1]);

		if (hi < 0 || lo < 0 || (i < 5 && s[i * 3 + 2] != ':'))
			return -EINVAL;
		out->b[i] = (__u8)(hi * 16 + lo);
	}
	return 0;
}

void mac_print(const struct mac *m, char buf[MAC_TEXT_LEN + 1])
{
	snprintf(buf, MAC_TEXT_LEN + 1, "%02x:%02x:%02x:%02x:%02x:%02x", m->b[0], m->b[1], m->b[2], m->b[3], m->b[4], m->b[5]);
}
