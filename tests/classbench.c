/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include "../ctl/fail.h"
#include "classbench.h"

void classbench_free(struct classbench *cb)
{
	free(cb->rules);
	free(cb->headers);
	free(cb->match);
	*cb = (struct classbench){ .nrules = 0 };
}

static addr_t mapped(uint32_t host) { return (addr_t){ .w = { 0, 0, htonl(0xffff), htonl(host) } }; }

/* The ends of the prefix, `plen` counted in the family's own bits. False where host bits are set or there are too many bits. */
static bool prefix_ends(enum family family, const addr_t *a, unsigned int plen, struct cb_end *out)
{
	unsigned int bits = family == FAMILY_INET ? 32 : 128, first = 128 - bits + plen;

	if (plen > bits)
		return false;
	out->plen = (uint8_t)plen;
	out->lo = out->hi = *a;
	for (unsigned int i = first; i < 128; i++) {
		out->lo.b[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
		out->hi.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	return !memcmp(&out->lo, a, sizeof(*a));
}

static bool read_prefix(const char *text, unsigned int plen, enum family *family, struct cb_end *out)
{
	addr_t a;
	struct in_addr four;

	*family = strchr(text, ':') ? FAMILY_INET6 : FAMILY_INET;
	if (*family == FAMILY_INET6)
		return inet_pton(AF_INET6, text, a.b) == 1 && prefix_ends(*family, &a, plen, out);
	if (inet_pton(AF_INET, text, &four) != 1)
		return false;
	a = mapped(ntohl(four.s_addr));
	return prefix_ends(*family, &a, plen, out);
}

static bool read_ports(unsigned int lo, unsigned int hi, struct cb_end *out)
{
	out->port_lo = (uint16_t)lo;
	out->port_hi = (uint16_t)hi;
	return lo <= hi && hi <= 65535;
}

static bool read_rule(const char *line, struct classbench *cb)
{
	struct cb_rule *r = &cb->rules[cb->nrules];
	unsigned int plen[CB_ENDS], lo[CB_ENDS], hi[CB_ENDS], proto, mask;
	enum family family[CB_ENDS];
	char text[CB_ENDS][INET6_ADDRSTRLEN];

	if (sscanf(line, " @%45[0-9a-fA-F.:]/%u %45[0-9a-fA-F.:]/%u %u : %u %u : %u %x/%x", text[CB_SRC], &plen[CB_SRC],
		   text[CB_DST], &plen[CB_DST], &lo[CB_SRC], &hi[CB_SRC], &lo[CB_DST], &hi[CB_DST], &proto, &mask) != 10)
		return false;
	for (int i = 0; i < CB_ENDS; i++)
		if (!read_prefix(text[i], plen[i], &family[i], &r->end[i]) || !read_ports(lo[i], hi[i], &r->end[i]))
			return false;
	if (family[CB_SRC] != family[CB_DST] || (cb->nrules && family[CB_SRC] != cb->family))
		return false;
	cb->family = family[CB_SRC];
	r->proto_given = mask == 0xff;
	r->proto = (uint8_t)(cb->family == FAMILY_INET6 && proto == PROTO_ICMP ? PROTO_ICMP6 : proto);
	cb->nrules++;
	return proto <= 255 && (mask == 0xff || (mask == 0 && proto == 0));
}

static bool read_header(const char *line, struct classbench *cb)
{
	struct cb_header *h = &cb->headers[cb->nheaders++];
	unsigned int src, dst, sport, dport, proto;

	if (sscanf(line, "%u %u %u %u %u", &src, &dst, &sport, &dport, &proto) != 5)
		return false;
	*h = (struct cb_header){ .addr = { mapped(src), mapped(dst) },
				 .port = { (uint16_t)sport, (uint16_t)dport },
				 .proto = (uint8_t)proto };
	return sport <= 65535 && dport <= 65535 && proto <= 255;
}

static bool read_match(const char *line, struct classbench *cb)
{
	char *end;

	cb->match[cb->nheaders] = strtol(line, &end, 10);
	return end != line && cb->match[cb->nheaders++] < (long)cb->nrules;
}

enum { KIND_RULES, KIND_TRACE, KIND_MATCH, KINDS };
static const struct {
	const char *word;
	bool (*read)(const char *line, struct classbench *cb);
} kinds[KINDS] = {
	[KIND_RULES] = { "rules", read_rule },
	[KIND_TRACE] = { "trace", read_header },
	[KIND_MATCH] = { "match", read_match },
};

/* Room for one element more of what the lines of this kind give. */
static void make_room(struct classbench *cb, int kind, size_t *cap)
{
	switch (kind) {
	case KIND_RULES:
		GROW(cb->rules, cb->nrules, *cap);
		return;
	case KIND_TRACE:
		GROW(cb->headers, cb->nheaders, *cap);
		return;
	default:
		GROW(cb->match, cb->nheaders, *cap);
	}
}

/* Every line of DIR/NAME.KIND.gz. */
static int read_lines(const char *dir, const char *name, int kind, struct classbench *cb, char **err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s.%s.gz", dir, name, kinds[kind].word);
	gzFile f = gzopen(path, "r");
	size_t cap = 0, number = 0;
	char line[256];
	int rc = 0;

	if (!f)
		return FAIL(err, errno ? -errno : -ENOMEM, "%s: %s", path, strerror(errno ?: ENOMEM));
	while (!rc && gzgets(f, line, sizeof(line))) {
		make_room(cb, kind, &cap);
		number++;
		if (!kinds[kind].read(line, cb))
			rc = FAIL(err, -EINVAL, "%s:%zu: not a line of ClassBench %s", path, number, kinds[kind].word);
	}
	if (!rc && (!number || !gzeof(f)))
		rc = FAIL(err, -EBADMSG, "%s: %s", path, number ? "damaged" : "empty");
	gzclose(f);
	return rc;
}

int classbench_read(const char *dir, const char *name, struct classbench *out, char **err)
{
	_cleanup_classbench_ struct classbench cb = { .nrules = 0 };
	size_t headers;
	int rc = read_lines(dir, name, KIND_RULES, &cb, err);

	rc = rc ?: read_lines(dir, name, KIND_TRACE, &cb, err);
	if (!rc) {
		headers = cb.nheaders;
		cb.nheaders = 0;
		rc = read_lines(dir, name, KIND_MATCH, &cb, err);
		if (!rc && cb.nheaders != headers)
			rc = FAIL(err, -EINVAL, "%s/%s: %zu headers, %zu matches", dir, name, headers, cb.nheaders);
	} else if (rc == -ENOENT && cb.nrules) {
		if (err)
			free(TAKE_PTR(*err));
		rc = 0;
	}
	if (rc)
		return rc;
	*out = cb;
	cb = (struct classbench){ .nrules = 0 };
	return 0;
}

static void set_addr(struct addrset *a, enum family family, const struct cb_end *e)
{
	if (!e->plen)
		return;
	a->v = (struct addr_range *)xcalloc(1, sizeof(*a->v));
	a->n = 1;
	*a->v = (struct addr_range){ .family = family, .form = ADDR_PREFIX, .plen = e->plen, .lo = e->lo, .hi = e->hi };
}

static void set_number(struct numset *s, uint32_t lo, uint32_t hi)
{
	s->v = (struct numrange *)xcalloc(1, sizeof(*s->v));
	s->n = 1;
	*s->v = (struct numrange){ lo, hi };
}

static void make_rule(const struct classbench *cb, size_t i, const struct cb_style *style, struct rule *r)
{
	const struct cb_rule *from = &cb->rules[i];

	rule_init(r);
	r->direction = DIRECTION_IN;
	r->verdict = style->drop_every && i % style->drop_every == style->drop_every - 1 ? VERDICT_DROP : VERDICT_PASS;
	r->stateless = style->stateless;
	r->family_given = !from->end[CB_SRC].plen && !from->end[CB_DST].plen;
	r->family = cb->family;
	if (from->proto_given)
		set_number(&r->proto, from->proto, from->proto);
	for (int e = 0; e < CB_ENDS; e++) {
		struct endpoint *end = e == CB_SRC ? &r->from : &r->to;
		const struct cb_end *want = &from->end[e];

		set_addr(&end->addr, cb->family, want);
		if (want->port_lo || want->port_hi != 65535)
			set_number(&end->ports, want->port_lo, want->port_hi);
	}
}

void classbench_ruleset(const struct classbench *cb, const struct cb_style *style, struct ruleset *out)
{
	*out = (struct ruleset){ .rules = (struct rule *)xcalloc(cb->nrules, sizeof(struct rule)), .nrules = cb->nrules };
	for (int d = 0; d < DIRECTION_COUNT; d++) {
		out->defaults.given[d] = true;
		out->defaults.verdict[d] = VERDICT_DROP;
	}
	for (size_t i = 0; i < cb->nrules; i++)
		make_rule(cb, i, style, &out->rules[i]);
}

static bool end_matches(const struct cb_end *e, const addr_t *a, uint16_t port)
{
	return memcmp(a, &e->lo, sizeof(*a)) >= 0 && memcmp(a, &e->hi, sizeof(*a)) <= 0 && port >= e->port_lo &&
	       port <= e->port_hi;
}

long classbench_scan(const struct classbench *cb, const struct cb_header *h)
{
	for (size_t i = 0; i < cb->nrules; i++) {
		const struct cb_rule *r = &cb->rules[i];

		if ((!r->proto_given || r->proto == h->proto) &&
		    end_matches(&r->end[CB_DST], &h->addr[CB_DST], h->port[CB_DST]) &&
		    end_matches(&r->end[CB_SRC], &h->addr[CB_SRC], h->port[CB_SRC]))
			return (long)i;
	}
	return -1;
}

static struct cb_header corner(const struct classbench *cb, struct random *g)
{
	static const uint8_t any[FAMILY_COUNT][6] = { { PROTO_TCP, PROTO_UDP, PROTO_ICMP, 47, 0, 255 },
						      { PROTO_TCP, PROTO_UDP, PROTO_ICMP6, 47, 50, 255 } };
	const struct cb_rule *r;
	struct cb_header h;

	do
		r = &cb->rules[random_below(g, (uint32_t)cb->nrules)];
	while (cb->family == FAMILY_INET6 && r->proto_given && r->proto == PROTO_AH);
	h.proto = r->proto_given ? r->proto : RANDOM_OF(g, any[cb->family]);
	for (int e = 0; e < CB_ENDS; e++) {
		h.addr[e] = random_chance(g, 50) ? r->end[e].lo : r->end[e].hi;
		h.port[e] = random_chance(g, 50) ? r->end[e].port_lo : r->end[e].port_hi;
		if (random_chance(g, 5))
			h.port[e] = (uint16_t)random_u32(g);
	}
	return h;
}

void classbench_corners(struct classbench *cb, struct random *g, size_t n)
{
	free(cb->headers);
	free(cb->match);
	cb->headers = (struct cb_header *)xcalloc(n, sizeof(*cb->headers));
	cb->match = (long *)xcalloc(n, sizeof(*cb->match));
	cb->nheaders = n;
	for (size_t i = 0; i < n; i++) {
		cb->headers[i] = corner(cb, g);
		cb->match[i] = classbench_scan(cb, &cb->headers[i]);
	}
}

void classbench_packet(enum family family, const struct cb_header *h, struct built *out)
{
	struct spec s;

	spec_init(&s);
	s.family = family;
	s.src = h->addr[CB_SRC];
	s.dst = h->addr[CB_DST];
	s.proto = h->proto;
	s.sport = h->port[CB_SRC];
	s.dport = h->port[CB_DST];
	s.payload = 16;
	spec_build(&s, out);
}
