/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "addr.h"
#include "names.h"
#include "print.h"

static void put(struct strbuf *out, const char *s) { strbuf_add_bytes(out, s, strlen(s)); }

static void put_number(struct strbuf *out, uint32_t v)
{
	char digits[10], *p = digits + sizeof(digits);

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	strbuf_add_bytes(out, p, (size_t)(digits + sizeof(digits) - p));
}

static void put_quoted(struct strbuf *out, const char *s)
{
	put(out, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			put(out, "\\");
		strbuf_add_bytes(out, s, 1);
	}
	put(out, "\"");
}

/* What stands around the elements of a list: one element has no braces. */
static void list_open(struct strbuf *out, bool negated, size_t n)
{
	put(out, negated ? " !" : "");
	put(out, n > 1 ? " {" : "");
}

static void list_close(struct strbuf *out, size_t n) { put(out, n > 1 ? " }" : ""); }

static void print_numbers(const char *word, const struct numset *s, const struct nametab *names, struct strbuf *out)
{
	if (!s->n)
		return;
	put(out, word);
	list_open(out, s->negated, s->n);
	for (size_t i = 0; i < s->n; i++) {
		const struct numrange *r = &s->v[i];
		const char *name = names && r->lo == r->hi ? value_to_name(names, r->lo) : NULL;

		put(out, " ");
		if (name) {
			put(out, name);
			continue;
		}
		put_number(out, r->lo);
		if (r->lo == r->hi)
			continue;
		put(out, "-");
		put_number(out, r->hi);
	}
	list_close(out, s->n);
}

static void print_range(const struct addr_range *r, struct strbuf *out)
{
	char text[ADDR_TEXT_MAX];
	size_t n = addr_range_print(r, text);

	strbuf_add_bytes(out, text, n);
}

static void print_endpoint(const struct ruleset *rs, const char *word, const struct endpoint *e, struct strbuf *out)
{
	const struct addrset *a = &e->addr;

	if (!a->n && a->set < 0 && !e->ports.n)
		return;
	put(out, word);
	if (a->set >= 0 && rs && (size_t)a->set < rs->nsets) {
		put(out, a->negated ? " ! @" : " @");
		put(out, rs->sets[a->set].name);
	} else if (a->n) {
		list_open(out, a->negated, a->n);
		for (size_t i = 0; i < a->n; i++) {
			put(out, " ");
			print_range(&a->v[i], out);
		}
		list_close(out, a->n);
	}
	print_numbers(" port", &e->ports, NULL, out);
}

static void print_icmp(const struct icmpset *s, struct strbuf *out)
{
	if (!s->n)
		return;
	put(out, " icmp-type");
	list_open(out, s->negated, s->n);
	for (size_t i = 0; i < s->n; i++) {
		const struct icmp_range *r = &s->v[i];
		enum family f = r->has[FAMILY_INET] ? FAMILY_INET : FAMILY_INET6;

		put(out, " ");
		if (r->name) {
			put(out, r->name);
			continue;
		}
		put_number(out, r->lo[f]);
		if (r->lo[f] == r->hi[f])
			continue;
		put(out, "-");
		put_number(out, r->hi[f]);
	}
	list_close(out, s->n);
}

void flag_letters_print(uint8_t flags, char buf[9])
{
	static const char letters[] = "FSRPAUEW";
	size_t n = 0;

	for (size_t i = 0; i < 8; i++)
		if (flags & 1u << i)
			buf[n++] = letters[i];
	buf[n] = '\0';
	if (!n)
		memcpy(buf, "none", 5);
}

static void print_flags(const struct flagset *f, struct strbuf *out)
{
	char set[9], mask[9];

	if (!f->given)
		return;
	flag_letters_print(f->set, set);
	flag_letters_print(f->mask, mask);
	put(out, " flags ");
	put(out, set);
	put(out, "/");
	put(out, mask);
}

static void print_macs(const char *word, const struct macset *s, struct strbuf *out)
{
	char text[MAC_TEXT_LEN + 1];

	if (!s->n)
		return;
	put(out, word);
	list_open(out, s->negated, s->n);
	for (size_t i = 0; i < s->n; i++) {
		mac_print(&s->v[i], text);
		put(out, " ");
		put(out, text);
	}
	list_close(out, s->n);
}

static void print_ifaces(const struct ifaceset *s, struct strbuf *out)
{
	if (!s->n)
		return;
	put(out, " on");
	list_open(out, s->negated, s->n);
	for (size_t i = 0; i < s->n; i++) {
		put(out, " ");
		put(out, s->v[i]);
	}
	list_close(out, s->n);
}

void rule_print(const struct ruleset *rs, const struct rule *r, struct strbuf *out)
{
	put(out, verdict_text(r->verdict));
	put(out, r->direction == DIRECTION_IN ? " in" : " out");
	print_ifaces(&r->on, out);
	if (r->family_given)
		put(out, r->family == FAMILY_INET ? " inet" : " inet6");
	print_numbers(" proto", &r->proto, &names_protos, out);
	print_endpoint(rs, " from", &r->from, out);
	print_endpoint(rs, " to", &r->to, out);
	print_icmp(&r->icmp_type, out);
	print_numbers(" code", &r->icmp_code, NULL, out);
	print_flags(&r->flags, out);
	print_numbers(" vlan", &r->vlan, NULL, out);
	print_numbers(" inner-vlan", &r->inner_vlan, NULL, out);
	print_numbers(" dscp", &r->dscp, &names_dscp, out);
	print_numbers(" ttl", &r->ttl, NULL, out);
	print_numbers(" length", &r->length, NULL, out);
	put(out, r->frag ? " frag" : "");
	print_macs(" mac-from", &r->mac_from, out);
	print_macs(" mac-to", &r->mac_to, out);
	put(out, r->stateless ? " stateless" : "");
	put(out, r->log_every ? " log" : "");
	if (r->log_every > 1)
		strbuf_add(out, " every %u", r->log_every);
	if (*r->label) {
		put(out, " label ");
		put_quoted(out, r->label);
	}
}

void set_print(const struct set *s, struct strbuf *out)
{
	strbuf_add(out, "set %s { type %s;", s->name, s->type == SET_ADDR ? "addr" : "net");
	if (s->file) {
		put(out, " file ");
		put_quoted(out, s->file);
		put(out, ";");
	}
	for (size_t i = 0; i < s->n; i++) {
		put(out, i ? ", " : " ");
		print_range(&s->v[i], out);
	}
	put(out, " }");
}

static void print_defaults(const struct defaults *d, struct strbuf *out)
{
	for (int dir = 0; dir < DIRECTION_COUNT; dir++)
		strbuf_add(out, "default %s %s%s\n", direction_text((enum direction)dir), verdict_text(d->verdict[dir]),
			   d->stateless[dir] ? " stateless" : "");
	if (d->malformed_given)
		strbuf_add(out, "default malformed %s\n", verdict_text(d->malformed));
	if (d->nonip != VERDICT_PASS)
		strbuf_add(out, "default nonip %s\n", verdict_text(d->nonip));
	if (d->nd_by_rules)
		put(out, "default nd rules\n");
}

static void print_duration(uint32_t s, struct strbuf *out)
{
	if (s % 86400 == 0)
		strbuf_add(out, "%ud", s / 86400);
	else if (s % 3600 == 0)
		strbuf_add(out, "%uh", s / 3600);
	else if (s % 60 == 0)
		strbuf_add(out, "%um", s / 60);
	else
		strbuf_add(out, "%us", s);
}

static void print_options(const struct options *o, struct strbuf *out)
{
	if (o->flows)
		strbuf_add(out, "option flows %u\n", o->flows);
	for (int t = 0; t < TIMEOUT_COUNT; t++) {
		if (!o->timeout_s[t])
			continue;
		strbuf_add(out, "option timeout %s ", timeout_text((enum timeout)t));
		print_duration(o->timeout_s[t], out);
		put(out, "\n");
	}
	if (o->state_given)
		strbuf_add(out, "option state %s\n", o->if_bound ? "if-bound" : "floating");
	if (o->tcp_loose_given)
		strbuf_add(out, "option tcp-loose %s\n", o->tcp_strict ? "off" : "on");
}

void ruleset_print(const struct ruleset *rs, struct strbuf *out)
{
	print_defaults(&rs->defaults, out);
	print_options(&rs->options, out);
	for (size_t i = 0; i < rs->nsets; i++) {
		set_print(&rs->sets[i], out);
		put(out, "\n");
	}
	for (size_t i = 0; i < rs->nrules; i++) {
		rule_print(rs, &rs->rules[i], out);
		put(out, "\n");
	}
}
