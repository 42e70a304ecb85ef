/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses, prefixes and ranges as text and as values. IPv4 is held as ::ffff:a.b.c.d with the family beside
 * it (addr_t), so one byte-wise order serves both families. IPv6 is printed as RFC 5952 says.
 */
#ifndef FW_CTL_ADDR_H
#define FW_CTL_ADDR_H

#include <string.h>
#include "model.h"
#include "util.h"

/* Why a text is no address; 0 is success. */
enum addr_error {
	ADDR_OK,
	ADDR_BAD,       /* not an address, prefix or range at all */
	ADDR_BAD_PLEN,  /* prefix length missing or too large */
	ADDR_HOST_BITS, /* bits are set behind the prefix; the result holds the masked prefix */
	ADDR_MAPPED,    /* ::ffff:a.b.c.d stands for an IPv4 address; the result holds that as inet where it is
			one */
	ADDR_MIXED,     /* a range from one family to the other */
	ADDR_ORDER,     /* a range whose end is before its start */
};

enum { ADDR_TEXT_MAX = 96 }; /* the longest text of a range, and a NUL */

/* One address without prefix length: dotted quad without leading zeros, or RFC 4291 text without a zone. */
enum addr_error addr_parse(const char *s, size_t n, enum family *family, addr_t *out);

/*
 * An address, `a/len` or `a-b`. All bytes of *out are defined, so that two equal ranges are equal as memory.
 * A prefix of full length and a range of one address come out as ADDR_SINGLE.
 */
enum addr_error addr_range_parse(const char *s, size_t n, struct addr_range *out);

/* What to say of an error in the text s, as `host bits set in '10.0.0.1/8' (did you mean 10.0.0.0/8?)`; r is what
 * addr_range_parse left. */
void addr_error_text(enum addr_error e, const char *s, size_t n, const struct addr_range *r, struct strbuf *out);

/* Writes the text and a NUL; returns its length. */
size_t addr_print(enum family family, const addr_t *a, char buf[ADDR_TEXT_MAX]);
size_t addr_range_print(const struct addr_range *r, char buf[ADDR_TEXT_MAX]);

/* The range that a prefix of plen bits around a covers. */
void addr_prefix(enum family family, const addr_t *a, unsigned plen, struct addr_range *out);

static inline int addr_cmp(const addr_t *a, const addr_t *b) { return memcmp(a, b, sizeof(*a)); }

static inline bool addr_range_contains(const struct addr_range *r, enum family family, const addr_t *a)
{
	return r->family == family && addr_cmp(&r->lo, a) <= 0 && addr_cmp(a, &r->hi) <= 0;
}

/* True when every address of b is in a. */
static inline bool addr_range_covers(const struct addr_range *a, const struct addr_range *b)
{
	return addr_range_contains(a, b->family, &b->lo) && addr_range_contains(a, b->family, &b->hi);
}

/* Order by family, first address, then the wider one first. */
int addr_range_cmp(const struct addr_range *a, const struct addr_range *b);

/* `aa:bb:cc:dd:ee:ff`: two hex digits a byte. 0 or -EINVAL. */
int mac_parse(const char *s, size_t n, struct mac *out);
enum { MAC_TEXT_LEN = 17 };
void mac_print(const struct mac *m, char buf[MAC_TEXT_LEN + 1]);

#endif
