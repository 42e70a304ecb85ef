/* SPDX-License-Identifier: GPL-2.0 */
/* Without printf: a million lines are a matter of a second. */
#include <arpa/inet.h>
#include <string.h>
#include "addr.h"
#include "flowlines.h"
#include "names.h"
#include "shown.h"
#include "util.h"

enum {
	PROTO_WIDTH = 5,
	DIRECTION_WIDTH = 3,
	RULE_MIN = 7,
	NUMBER_MAX = 24,
	PAIR_MAX = 2 * NUMBER_MAX,
	WIDTH_MIN = 60,
	IPV4_PORT = 21,
	SUM_WIDTH = 5
};

struct flow_columns flow_columns_wide(void)
{
	return (struct flow_columns){ .state = 12, .end = 27, .packets = 17, .bytes = 21 };
}

struct flow_columns flow_columns_fit(unsigned int width)
{
	struct flow_columns c = { .state = 12, .packets = 11, .bytes = 11, .round = true };
	unsigned int rest;

	c.line = width < WIDTH_MIN ? WIDTH_MIN : width;
	/* What is left for two endpoints, each column with a blank behind it; packets go first, then the bytes of each direction. */
	rest = c.line - (PROTO_WIDTH + DIRECTION_WIDTH + c.state + 3) - RULE_MIN;
	if (rest < c.packets + c.bytes + 2 + 2 * (IPV4_PORT + 1))
		c.packets = 0;
	if (rest < c.bytes + 1 + 2 * (IPV4_PORT + 1)) {
		c.bytes = SUM_WIDTH;
		c.sum = true;
	}
	rest -= (c.packets ? c.packets + 1 : 0) + (c.bytes ? c.bytes + 1 : 0);
	c.end = rest / 2 - 1;
	if (c.end > 27) /* beyond IPv4 and a port, half of what more there is goes to the rule's label */
		c.end = 27 + (c.end - 27) / 2;
	return c;
}

static void put(struct strbuf *out, const char *s) { strbuf_add_bytes(out, s, strlen(s)); }

static void blanks(struct strbuf *out, size_t n)
{
	static const char some[] = "                                ";

	for (; n >= sizeof(some); n -= sizeof(some) - 1)
		strbuf_add_bytes(out, some, sizeof(some) - 1);
	strbuf_add_bytes(out, some, n);
}

/* A column and a blank; `cut`: what is too long ends in a ~. */
static void left(struct strbuf *out, const char *s, size_t width, bool cut)
{
	size_t n = strlen(s);

	if (cut && n > width) {
		strbuf_add_bytes(out, s, width - 1);
		put(out, "~");
		n = width;
	} else {
		strbuf_add_bytes(out, s, n);
	}
	blanks(out, (n < width ? width - n : 0) + 1);
}

static void right(struct strbuf *out, const char *s, size_t width)
{
	size_t n = strlen(s);

	blanks(out, n < width ? width - n : 0);
	strbuf_add_bytes(out, s, n);
	put(out, " ");
}

/* Decimal digits, and a NUL; returns the end. */
static char *digits(char *p, __u64 v)
{
	char back[NUMBER_MAX];
	size_t n = 0;

	do {
		back[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n)
		*p++ = back[--n];
	*p = '\0';
	return p;
}

/* To three digits: 999, 1.00k, 12.3M, 456G. */
static char *rounded(char *p, __u64 v)
{
	static const char units[] = "kMGTPE";
	__u64 unit = 1000;
	size_t i = 0;

	if (v < 1000)
		return digits(p, v);
	for (; v / unit >= 1000; unit *= 1000)
		i++;
	p = digits(p, v / unit);
	if (v / unit < 100) {
		*p++ = '.';
		*p++ = (char)('0' + v / (unit / 10) % 10);
	}
	if (v / unit < 10)
		*p++ = (char)('0' + v / (unit / 100) % 10);
	*p++ = units[i];
	*p = '\0';
	return p;
}

static void pair(struct strbuf *out, const __u64 v[2], size_t width, const struct flow_columns *c)
{
	char *(*number)(char *p, __u64 v) = c->round ? rounded : digits;
	char text[PAIR_MAX], *p = number(text, c->sum ? v[0] + v[1] : v[0]);

	if (!c->sum) {
		*p++ = '/';
		(void)number(p, v[1]);
	}
	right(out, text, width);
}

static char *copy(char *p, const char *s)
{
	size_t n = strlen(s);

	memcpy(p, s, n + 1);
	return p + n;
}

/* Behind the address of who asks the identifier, behind the other's what is asked. */
static void icmp_words(const struct flow *f, bool source, char *p)
{
	unsigned int type = f->key.aport.raw >> 8, code = f->key.aport.raw & 0xff;
	const char *name = value_to_name(f->key.proto == PROTO_ICMP6 ? &names_icmp6 : &names_icmp, type);
	bool reply;

	if (source && icmp_query(f->key.proto, (__u8)type, &reply) >= 0)
		(void)digits(copy(p, " id "), ntohs(f->key.bport.raw));
	if (source)
		return;
	p = name ? copy(copy(p, " "), name) : digits(copy(p, " type "), type);
	if (code)
		(void)digits(copy(p, " code "), code);
}

static char *endpoint(const struct flow *f, bool source, char *buf)
{
	char *p = buf;
	struct flow_ends e;
	port_be_t port;
	bool brackets;

	flow_ends_of(f, &e);
	port = source ? e.sport : e.dport;
	brackets = port.raw && f->key.family == FAMILY_INET6;
	if (brackets)
		*p++ = '[';
	p += addr_print((enum family)f->key.family, source ? &e.src : &e.dst, p);
	if (brackets)
		*p++ = ']';
	if (port.raw) {
		*p++ = ':';
		(void)digits(p, ntohs(port.raw));
	} else if (f->key.proto == PROTO_ICMP || f->key.proto == PROTO_ICMP6) {
		icmp_words(f, source, p);
	} else {
		*p = '\0';
	}
	return buf;
}

char *flow_source_text(const struct flow *f, char buf[ENDPOINT_TEXT_MAX]) { return endpoint(f, true, buf); }
char *flow_destination_text(const struct flow *f, char buf[ENDPOINT_TEXT_MAX]) { return endpoint(f, false, buf); }

void flow_heading(struct strbuf *out, const struct flow_columns *c, const char *state)
{
	left(out, "PROTO", PROTO_WIDTH, false);
	left(out, "DIR", DIRECTION_WIDTH, false);
	left(out, state, c->state, false);
	left(out, "FROM", c->end, false);
	left(out, "TO", c->end, false);
	if (c->packets)
		right(out, "PACKETS", c->packets);
	if (c->bytes)
		right(out, "BYTES", c->bytes);
	put(out, "RULE\n");
}

static void vlan(struct strbuf *out, const char *word, unsigned int vid)
{
	char number[NUMBER_MAX];

	if (!vid)
		return;
	(void)digits(number, vid);
	put(out, word);
	put(out, number);
}

static void rule_words(struct strbuf *out, const struct flow_context *x, const struct flow_row *row)
{
	struct flow_ruling ruling = flow_ruling_of(row->flow);
	char number[NUMBER_MAX];
	const char *label = flow_label(x, ruling.rule);

	if (ruling.rule) {
		(void)digits(number, ruling.rule);
		put(out, number);
	} else {
		put(out, "default");
	}
	if (label[0]) {
		put(out, " ");
		shown_add_quoted(out, label);
	}
	if (row->note)
		put(out, row->note);
	vlan(out, " vlan ", row->flow->key.vlan);
	vlan(out, " inner-vlan ", row->flow->key.inner_vlan);
}

void flow_line(struct strbuf *out, const struct flow_context *x, const struct flow_columns *c, const struct flow_row *row)
{
	const struct flow *f = row->flow;
	char number[4], end[ENDPOINT_TEXT_MAX];
	size_t start = out->len;

	left(out, proto_text(f->key.proto, number), PROTO_WIDTH, c->line > 0);
	left(out, direction_text(flow_ruling_of(f).direction), DIRECTION_WIDTH, false);
	left(out, row->state ? row->state : flow_state_text((enum flow_state)f->state), c->state, c->line > 0);
	left(out, flow_source_text(f, end), c->end, c->line > 0);
	left(out, flow_destination_text(f, end), c->end, c->line > 0);
	if (c->packets)
		pair(out, f->packets, c->packets, c);
	if (c->bytes)
		pair(out, f->bytes, c->bytes, c);
	rule_words(out, x, row);
	if (c->line && out->len - start > c->line) {
		out->len = start + c->line - 1;
		put(out, "~");
	}
	put(out, "\n");
}
