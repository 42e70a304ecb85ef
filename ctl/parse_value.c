/* SPDX-License-Identifier: GPL-2.0 */
/* One word to one value. */
#include <errno.h>
#include "names.h"
#include "parse_impl.h"
#include "suggest.h"

struct kind_info {
	const char *one, *many;
	uint32_t max;
	const struct nametab *names;
};
#define KIND_INFO(id, one, many, max, names) { one, many, max, names },
static const struct kind_info kinds[] = { FW_KINDS(KIND_INFO) };
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == KIND_COUNT, "KIND_COUNT counts FW_KINDS");

const char *kind_many(enum kind k) { return kinds[k].many; }

size_t value_size(enum kind k)
{
	switch (k) {
	case KIND_ADDR:
		return sizeof(struct addr_range);
	case KIND_PORT:
	case KIND_PROTO:
	case KIND_ICMP_CODE:
	case KIND_VLAN:
	case KIND_DSCP:
	case KIND_TTL:
	case KIND_LENGTH:
		return sizeof(struct numrange);
	case KIND_ICMP_TYPE:
		return sizeof(struct icmp_range);
	case KIND_MAC:
		return sizeof(struct mac);
	case KIND_IFACE:
		return IFNAMSIZ;
	}
	return 0;
}

/* A decimal number (saturating), or -ENOENT where s is not one. */
static int decimal(const char *s, size_t n, uint32_t *out)
{
	uint64_t v = 0;

	if (!n)
		return -ENOENT;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -ENOENT;
		v = v * 10 + (uint64_t)(s[i] - '0');
		if (v > UINT32_MAX)
			v = UINT32_MAX;
	}
	*out = (uint32_t)v;
	return 0;
}

/* A number or name. -ENOENT: neither; -ERANGE: a number that is too large. */
static int number(enum kind k, const char *s, size_t n, uint32_t *out)
{
	int v;

	if (!decimal(s, n, out))
		return *out <= kinds[k].max ? 0 : -ERANGE;
	if (k == KIND_ICMP_CODE) {
		v = icmp_code_find(s, n);
		*out = ICMP_CODE_NAMED + (uint32_t)v;
		return v < 0 ? -ENOENT : 0;
	}
	v = kinds[k].names ? name_to_value(kinds[k].names, s, n) : -ENOENT;
	*out = (uint32_t)v;
	return v < 0 ? -ENOENT : 0;
}

/* What to say of a word that is no number of the kind. */
static int number_error(enum kind k, const char *s, size_t n, struct strbuf *err)
{
	char shown[SHOWN_MAX];
	struct suggest near;

	if (!err)
		return -EINVAL;
	shown_word(shown, s, n);
	if (n && (s[0] == '-' || s[n - 1] == '-')) {
		strbuf_add(err, "'%s' is not a %s or a range of them (a range is one word: a-b)", shown, kinds[k].one);
		return -EINVAL;
	}
	suggest_init(&near, s, n);
	if (kinds[k].names) {
		strbuf_add(err, "unknown %s '%s'", kinds[k].names->what, shown);
		suggest_names(&near, kinds[k].names);
	} else if (k == KIND_ICMP_CODE) {
		strbuf_add(err, "unknown %s '%s'", kinds[k].one, shown);
		for (size_t i = 0; i < icmp_code_names_n; i++)
			suggest_try(&near, icmp_code_names[i].name);
	} else {
		strbuf_add(err, "'%s' is not a number or a range of numbers (0 to %u)", shown, kinds[k].max);
	}
	suggest_add(&near, "", err);
	return -EINVAL;
}

static int range_error(enum kind k, const char *s, size_t n, struct strbuf *err)
{
	char shown[SHOWN_MAX];

	if (err)
		strbuf_add(err, "%s %s is out of range (0 to %u)", kinds[k].one, shown_word(shown, s, n), kinds[k].max);
	return -EINVAL;
}

/* s is a-b, split at dash. -ENOENT where an end is no value: the word may split elsewhere. */
static int number_span(enum kind k, const char *s, size_t n, size_t dash, struct numrange *out, struct strbuf *err)
{
	const char *b = s + dash + 1;
	size_t nb = n - dash - 1;
	int lo = number(k, s, dash, &out->lo), hi = number(k, b, nb, &out->hi);

	if (lo == -ENOENT || hi == -ENOENT)
		return -ENOENT;
	if (lo == -ERANGE)
		return range_error(k, s, dash, err);
	if (hi == -ERANGE)
		return range_error(k, b, nb, err);
	if (k == KIND_ICMP_CODE && (out->lo >= ICMP_CODE_NAMED || out->hi >= ICMP_CODE_NAMED)) {
		if (err)
			strbuf_add(err, "a range of ICMP codes is written with numbers");
		return -EINVAL;
	}
	if (out->lo > out->hi) {
		if (err)
			strbuf_add(err, "'%.*s' ends before it starts (did you mean %.*s-%.*s?)", (int)n, s, (int)nb, b,
				   (int)dash, s);
		return -EINVAL;
	}
	return 0;
}

/* The whole word first: names have dashes too (http-alt). */
static int parse_number(enum kind k, const char *s, size_t n, struct numrange *out, struct strbuf *err)
{
	int rc = number(k, s, n, &out->lo);

	out->hi = out->lo;
	if (rc == -ERANGE)
		return range_error(k, s, n, err);
	for (size_t i = 1; rc && i + 1 < n && n <= SHOWN_MAX; i++) {
		if (s[i] != '-')
			continue;
		rc = number_span(k, s, n, i, out, err);
		if (rc == -EINVAL)
			return rc;
	}
	return rc ? number_error(k, s, n, err) : 0;
}

static void icmp_named(struct icmp_range *r, enum family f, int value)
{
	r->has[f] = value >= 0;
	r->lo[f] = r->hi[f] = value >= 0 ? (uint8_t)value : 0;
}

static int parse_icmp_type(const char *s, size_t n, struct icmp_range *out, struct strbuf *err)
{
	int v4 = name_to_value(&names_icmp, s, n), v6 = name_to_value(&names_icmp6, s, n);
	struct numrange num;
	char shown[SHOWN_MAX];
	struct suggest near;

	memset(out, 0, sizeof(*out));
	if (v4 >= 0 || v6 >= 0) {
		out->name = v4 >= 0 ? value_to_name(&names_icmp, (unsigned)v4) : value_to_name(&names_icmp6, (unsigned)v6);
		/* A spelling that one family has is the canonical name, which both may have. */
		icmp_named(out, FAMILY_INET, name_to_value(&names_icmp, out->name, strlen(out->name)));
		icmp_named(out, FAMILY_INET6, name_to_value(&names_icmp6, out->name, strlen(out->name)));
		return 0;
	}
	if (n && s[0] >= '0' && s[0] <= '9') {
		if (parse_number(KIND_ICMP_TYPE, s, n, &num, err))
			return -EINVAL;
		out->lo[FAMILY_INET] = (uint8_t)num.lo;
		out->hi[FAMILY_INET] = (uint8_t)num.hi;
		return 0;
	}
	if (!err)
		return -EINVAL;
	suggest_init(&near, s, n);
	suggest_names(&near, &names_icmp);
	suggest_names(&near, &names_icmp6);
	strbuf_add(err, "unknown ICMP type '%s'", shown_word(shown, s, n));
	suggest_add(&near, "", err);
	return -EINVAL;
}

static int parse_addr(const char *s, size_t n, struct addr_range *out, struct strbuf *err)
{
	enum addr_error e = addr_range_parse(s, n, out);

	if (!e)
		return 0;
	if (err && n == 3 && !memcmp(s, "any", 3))
		strbuf_add(err, "'any' stands alone, not in a list and not behind '!'");
	else if (err)
		addr_error_text(e, s, n, out, err);
	return -EINVAL;
}

/* As the kernel's dev_valid_name(), and nothing that a terminal would act on. */
static int parse_iface(const char *s, size_t n, char out[IFNAMSIZ], struct strbuf *err)
{
	char shown[SHOWN_MAX];
	const char *why = NULL;

	if (!n || n >= IFNAMSIZ)
		why = "has more than 15 bytes";
	else if (memchr(s, '/', n) || memchr(s, ':', n))
		why = "has a '/' or ':' in it";
	else if (s[0] == '.' && (n == 1 || (n == 2 && s[1] == '.')))
		why = "is a name that the kernel refuses";
	for (size_t i = 0; !why && i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			why = "has unprintable bytes";
	if (why) {
		if (err)
			strbuf_add(err, "'%s' cannot be an interface: it %s", shown_word(shown, s, n), why);
		return -EINVAL;
	}
	memset(out, 0, IFNAMSIZ);
	memcpy(out, s, n);
	return 0;
}

static int parse_mac(const char *s, size_t n, struct mac *out, struct strbuf *err)
{
	char shown[SHOWN_MAX];

	if (!mac_parse(s, n, out))
		return 0;
	if (err)
		strbuf_add(err, "'%s' is not a MAC address (write 00:11:22:aa:bb:cc)", shown_word(shown, s, n));
	return -EINVAL;
}

int value_parse(enum kind k, const char *s, size_t n, union value *out, struct strbuf *err)
{
	switch (k) {
	case KIND_ADDR:
		return parse_addr(s, n, &out->addr, err);
	case KIND_PORT:
	case KIND_PROTO:
	case KIND_ICMP_CODE:
	case KIND_VLAN:
	case KIND_DSCP:
	case KIND_TTL:
	case KIND_LENGTH:
		return parse_number(k, s, n, &out->num, err);
	case KIND_ICMP_TYPE:
		return parse_icmp_type(s, n, &out->icmp, err);
	case KIND_MAC:
		return parse_mac(s, n, &out->mac, err);
	case KIND_IFACE:
		return parse_iface(s, n, out->iface, err);
	}
	return -EINVAL;
}
