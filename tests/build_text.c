/* SPDX-License-Identifier: GPL-2.0 */
/* The text form of packets (build_packet.h). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "build_packet.h"

struct reader {
	const char *p;
	char word[64];
	struct spec *s;
	bool ended;
};

/* The next word, "" at the end. */
static const char *next(struct reader *r)
{
	size_t n;

	r->p += strspn(r->p, " \t\n");
	n = strcspn(r->p, " \t\n");
	r->ended = !n;
	snprintf(r->word, sizeof(r->word), "%.*s", (int)n, r->p);
	r->p += n;
	return r->word;
}

static bool number(struct reader *r, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(next(r), &end, 0);

	*out = (uint32_t)v;
	return !r->ended && !*end && v <= UINT32_MAX;
}

static bool read_address(const char *text, enum family *family, addr_t *a)
{
	*a = (addr_t){ .w = { 0, 0, htonl(0xffff), 0 } };
	if (inet_pton(AF_INET, text, &a->w[3]) == 1) {
		*family = FAMILY_INET;
		return true;
	}
	*family = FAMILY_INET6;
	return inet_pton(AF_INET6, text, a->b) == 1;
}

/* 1.2.3.4, 1.2.3.4:80, 2001:db8::1, [2001:db8::1]:80 */
static bool read_endpoint(char *text, enum family *family, addr_t *a, uint16_t *port)
{
	char *end = text[0] == '[' ? strchr(text, ']') : NULL, *colon = strchr(text, ':');

	*port = 0;
	if (end) {
		*end = '\0';
		text++;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else if (colon && strchr(colon + 1, ':')) {
		colon = NULL;
	}
	if (colon) {
		*colon = '\0';
		*port = (uint16_t)strtoul(colon + 1, NULL, 10);
	}
	return read_address(text, family, a);
}

static bool read_endpoints(struct reader *r)
{
	struct spec *s = r->s;
	enum family other;

	next(r);
	if (!read_endpoint(r->word, &s->family, &s->src, &s->sport) || strcmp(next(r), ">"))
		return false;
	next(r);
	return read_endpoint(r->word, &other, &s->dst, &s->dport) && other == s->family;
}

static bool read_proto(struct reader *r)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} protos[] = {
		{ "tcp", PROTO_TCP },   { "udp", PROTO_UDP },   { "udplite", PROTO_UDPLITE }, { "sctp", PROTO_SCTP },
		{ "dccp", PROTO_DCCP }, { "icmp", PROTO_ICMP }, { "ping", PROTO_ICMP },       { "pong", PROTO_ICMP },
	};
	struct spec *s = r->s;
	bool ping = !strcmp(next(r), "ping"), pong = !strcmp(r->word, "pong"), known = false;
	uint32_t n;

	if (!strcmp(r->word, "arp") || !strcmp(r->word, "ethertype")) {
		bool arp = r->word[0] == 'a';

		s->payload = 28;
		s->ethertype = 0x0806;
		if (!arp && !number(r, &n))
			return false;
		if (!arp)
			s->ethertype = (int)n;
		return true;
	}
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]) && !known; i++) {
		known = !strcmp(r->word, protos[i].name);
		s->proto = protos[i].proto;
	}
	if (!known) {
		char *end;

		s->proto = (uint8_t)strtoul(r->word, &end, 10);
		if (*end)
			return false;
	}
	if (!read_endpoints(r))
		return false;
	if (known && s->proto == PROTO_ICMP && s->family == FAMILY_INET6)
		s->proto = PROTO_ICMP6;
	if (ping || pong)
		s->icmp_type = s->proto == PROTO_ICMP ? (ping ? 8 : 0) : (ping ? 128 : 129);
	return true;
}

static bool read_flags(struct reader *r)
{
	static const char letters[] = "FSRPAUEW";

	if (r->s->proto != PROTO_TCP || (strcmp(r->word, "-") && strspn(r->word, letters) != strlen(r->word)))
		return false;
	for (const char *p = r->word; *p && *p != '-'; p++)
		r->s->flags |= (uint8_t)(1 << (strchr(letters, *p) - letters));
	return true;
}

static bool read_fragment(struct reader *r)
{
	char *end;

	r->s->fragment = true;
	r->s->offset = (uint16_t)strtoul(next(r), &end, 10);
	r->s->more = *end == '+';
	return !r->ended && (!*end || (r->s->more && !end[1]));
}

static bool read_exthdrs(struct reader *r)
{
	size_t n = strlen(next(r));

	if (n > SPEC_EXTHDRS || strspn(r->word, "hrdaf") != n)
		return false;
	strcpy(r->s->ext, r->word);
	return true;
}

static bool read_link_kind(struct reader *r)
{
	next(r);
	for (int i = 0; i < LINK_COUNT; i++) {
		if (!strcmp(r->word, link_text((enum link)i))) {
			r->s->link = (enum link)i;
			return true;
		}
	}
	return false;
}

static bool read_tag(struct reader *r, uint16_t type)
{
	uint32_t n;

	if (!number(r, &n) || r->s->tags == SPEC_TAGS)
		return false;
	r->s->tag_type[r->s->tags] = type;
	r->s->tag[r->s->tags++] = (uint16_t)n;
	return true;
}

static bool read_macs(struct reader *r)
{
	uint32_t a, b;

	if (!number(r, &a) || !number(r, &b))
		return false;
	r->s->mac_src.b[5] = (uint8_t)a;
	r->s->mac_dst.b[5] = (uint8_t)b;
	return true;
}

/* A word that a number follows. 1: it was one; 0: it is none; -1: the number is wrong. */
static int read_numbered(struct reader *r)
{
	struct spec *s = r->s;
#define FIELD(m)                        \
	{                               \
#m, &s->m, sizeof(s->m) \
	}
	const struct {
		const char *name;
		void *at;
		size_t size;
	} fields[] = {
		{ "type", &s->icmp_type, 1 },
		{ "code", &s->icmp_code, 1 },
		{ "id", &s->icmp_id, 2 },
		FIELD(seq),
		FIELD(ack),
		FIELD(payload),
		FIELD(ttl),
		FIELD(dscp),
		FIELD(options),
		{ "tcpopts", &s->tcp_options, 4 },
		{ "fragid", &s->fragment_id, 4 },
		FIELD(version),
		FIELD(ihl),
		FIELD(total),
		{ "offset", &s->tcp_offset, 4 },
		{ "udplen", &s->udp_length, 4 },
		FIELD(cut),
		FIELD(snap),
	};
	uint32_t n;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(r->word, fields[i].name))
			continue;
		if (!number(r, &n))
			return -1;
		if (fields[i].size == 1)
			*(uint8_t *)fields[i].at = (uint8_t)n;
		else if (fields[i].size == 2)
			*(uint16_t *)fields[i].at = (uint16_t)n;
		else
			*(uint32_t *)fields[i].at = n;
		return 1;
	}
	return 0;
}

/* The rest of the text is a packet of its own. */
static bool read_quote(struct reader *r)
{
	struct spec inner;
	char at[64];

	if (!spec_read(r->p, &inner, at))
		return false;
	spec_quote(r->s, &inner);
	r->p += strlen(r->p);
	return true;
}

static bool read_word(struct reader *r)
{
	int rc = read_numbered(r);

	if (rc)
		return rc > 0;
	if (!strcmp(r->word, "vlan"))
		return read_tag(r, 0x8100);
	if (!strcmp(r->word, "qinq"))
		return read_tag(r, 0x88a8);
	if (!strcmp(r->word, "frag"))
		return read_fragment(r);
	if (!strcmp(r->word, "ext"))
		return read_exthdrs(r);
	if (!strcmp(r->word, "link"))
		return read_link_kind(r);
	if (!strcmp(r->word, "mac"))
		return read_macs(r);
	if (!strcmp(r->word, "quote"))
		return read_quote(r);
	return read_flags(r);
}

bool spec_read(const char *text, struct spec *s, char at[64])
{
	struct reader r = { .p = text, .s = s };
	bool good;

	spec_init(s);
	good = read_proto(&r);
	while (good && (next(&r), !r.ended))
		good = read_word(&r);
	memcpy(at, r.word, sizeof(r.word));
	return good;
}
