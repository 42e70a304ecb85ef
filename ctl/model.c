/* SPDX-License-Identifier: GPL-2.0 */
#include <stdlib.h>
#include <string.h>
#include "model.h"

void rule_init(struct rule *r)
{
	memset(r, 0, sizeof(*r));
	r->from.addr.set = -1;
	r->to.addr.set = -1;
}

static void endpoint_free(struct endpoint *e)
{
	free(e->addr.v);
	free(e->ports.v);
}

void rule_free(struct rule *r)
{
	endpoint_free(&r->from);
	endpoint_free(&r->to);
	free(r->on.v);
	free(r->proto.v);
	free(r->icmp_type.v);
	free(r->icmp_code.v);
	free(r->vlan.v);
	free(r->inner_vlan.v);
	free(r->dscp.v);
	free(r->ttl.v);
	free(r->length.v);
	free(r->mac_from.v);
	free(r->mac_to.v);
	rule_init(r);
}

void ruleset_free(struct ruleset *rs)
{
	for (size_t i = 0; i < rs->nrules; i++)
		rule_free(&rs->rules[i]);
	for (size_t i = 0; i < rs->nsets; i++) {
		free(rs->sets[i].v);
		free(rs->sets[i].file);
		free(rs->sets[i].file_v);
	}
	free(rs->rules);
	free(rs->sets);
	memset(rs, 0, sizeof(*rs));
}

/* Two lists of the model, whatever their elements (which have no undefined bytes). */
#define LIST_EQUAL(a, b)            ((a).negated == (b).negated && ARRAY_EQUAL((a).v, (a).n, (b).v, (b).n))
#define ARRAY_EQUAL(av, an, bv, bn) ((an) == (bn) && (!(an) || !memcmp((av), (bv), (an) * sizeof(*(av)))))

static bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->addr.set == b->addr.set && LIST_EQUAL(a->addr, b->addr) && LIST_EQUAL(a->ports, b->ports);
}

static bool icmp_equal(const struct icmpset *a, const struct icmpset *b)
{
	if (a->n != b->n || a->negated != b->negated)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct icmp_range *x = &a->v[i], *y = &b->v[i];

		if (!x->name != !y->name || (x->name && strcmp(x->name, y->name)))
			return false;
		if (memcmp(x->has, y->has, sizeof(x->has)) || memcmp(x->lo, y->lo, sizeof(x->lo)) ||
		    memcmp(x->hi, y->hi, sizeof(x->hi)))
			return false;
	}
	return true;
}

bool rule_equal(const struct rule *a, const struct rule *b)
{
	bool action = a->verdict == b->verdict && a->direction == b->direction && a->stateless == b->stateless &&
		      a->log_every == b->log_every && !strcmp(a->label, b->label);
	bool family = a->family_given == b->family_given && (!a->family_given || a->family == b->family);
	bool flags = a->flags.given == b->flags.given && a->flags.set == b->flags.set && a->flags.mask == b->flags.mask;

	return action && family && flags && a->frag == b->frag && LIST_EQUAL(a->on, b->on) && LIST_EQUAL(a->proto, b->proto) &&
	       endpoint_equal(&a->from, &b->from) && endpoint_equal(&a->to, &b->to) && icmp_equal(&a->icmp_type, &b->icmp_type) &&
	       LIST_EQUAL(a->icmp_code, b->icmp_code) && LIST_EQUAL(a->vlan, b->vlan) &&
	       LIST_EQUAL(a->inner_vlan, b->inner_vlan) && LIST_EQUAL(a->dscp, b->dscp) && LIST_EQUAL(a->ttl, b->ttl) &&
	       LIST_EQUAL(a->length, b->length) && LIST_EQUAL(a->mac_from, b->mac_from) && LIST_EQUAL(a->mac_to, b->mac_to);
}

static bool set_equal(const struct set *a, const struct set *b)
{
	return !strcmp(a->name, b->name) && a->type == b->type && ARRAY_EQUAL(a->v, a->n, b->v, b->n) && !a->file == !b->file &&
	       (!a->file || !strcmp(a->file, b->file)) && ARRAY_EQUAL(a->file_v, a->file_n, b->file_v, b->file_n);
}

static bool defaults_equal(const struct defaults *a, const struct defaults *b)
{
	return !memcmp(a->verdict, b->verdict, sizeof(a->verdict)) && !memcmp(a->stateless, b->stateless, sizeof(a->stateless)) &&
	       a->malformed_given == b->malformed_given && (!a->malformed_given || a->malformed == b->malformed) &&
	       a->nonip == b->nonip && a->nd_by_rules == b->nd_by_rules;
}

static bool options_equal(const struct options *a, const struct options *b)
{
	return a->flows == b->flows && !memcmp(a->timeout_s, b->timeout_s, sizeof(a->timeout_s)) &&
	       a->state_given == b->state_given && a->if_bound == b->if_bound && a->tcp_loose_given == b->tcp_loose_given &&
	       a->tcp_strict == b->tcp_strict;
}

bool ruleset_equal(const struct ruleset *a, const struct ruleset *b)
{
	if (!defaults_equal(&a->defaults, &b->defaults) || !options_equal(&a->options, &b->options) || a->nsets != b->nsets ||
	    a->nrules != b->nrules)
		return false;
	for (size_t i = 0; i < a->nsets; i++)
		if (!set_equal(&a->sets[i], &b->sets[i]))
			return false;
	for (size_t i = 0; i < a->nrules; i++)
		if (!rule_equal(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}

int ruleset_find_set(const struct ruleset *rs, const char *name, size_t n)
{
	for (size_t i = 0; i < rs->nsets; i++)
		if (strlen(rs->sets[i].name) == n && !memcmp(rs->sets[i].name, name, n))
			return (int)i;
	return -1;
}

bool ruleset_keeps_state(const struct ruleset *rs)
{
	for (unsigned int d = 0; d < DIRECTION_COUNT; d++)
		if (rs->defaults.verdict[d] == VERDICT_PASS && !rs->defaults.stateless[d])
			return true;
	for (size_t i = 0; i < rs->nrules; i++)
		if (rs->rules[i].verdict == VERDICT_PASS && !rs->rules[i].stateless)
			return true;
	return false;
}
