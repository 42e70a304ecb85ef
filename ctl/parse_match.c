/* SPDX-License-Identifier: GPL-2.0 */
/* The values of each match. */
#include <errno.h>
#include "parse_impl.h"
#include "suggest.h"

/* Every array of the model has n, negated, loc: the list read last becomes it. */
#define TAKE_LIST(field, l)                                                    \
	do {                                                                   \
		list_dedupe(l);                                                \
		(field).negated = (l)->negated;                                \
		(field).loc = (l)->loc;                                        \
		(field).v = (__typeof__((field).v))list_take((l), &(field).n); \
	} while (0)

static int match_numbers(struct parser *p, enum kind k, struct numset *out)
{
	int rc = p_list(p, k);

	if (!rc)
		TAKE_LIST(*out, &p->list);
	return rc;
}

static int match_proto(struct parser *p, struct rule_state *st)
{
	int rc = p_list(p, KIND_PROTO);

	if (rc)
		return rc;
	if (p->list.n)
		st->proto_value = p->list.locs[0];
	TAKE_LIST(st->rule->proto, &p->list);
	return 0;
}

static int match_macs(struct parser *p, struct macset *out)
{
	int rc = p_list(p, KIND_MAC);

	if (!rc)
		TAKE_LIST(*out, &p->list);
	return rc;
}

static int match_ifaces(struct parser *p, struct ifaceset *out)
{
	int rc = p_list(p, KIND_IFACE);

	if (!rc)
		TAKE_LIST(*out, &p->list);
	return rc;
}

/* The types stay as typed until the rule's protocols are known. */
static int match_icmp(struct parser *p, struct rule_state *st)
{
	struct value_list *l = &p->list;
	int rc = p_list(p, KIND_ICMP_TYPE);

	if (rc)
		return rc;
	st->rule->icmp_type.negated = l->negated;
	st->rule->icmp_type.loc = l->loc;
	st->icmp = (struct icmp_range *)list_take(l, &st->nicmp);
	st->icmp_locs = (struct srcloc *)xmalloc(l->n * sizeof(*l->locs));
	if (l->n)
		memcpy(st->icmp_locs, l->locs, l->n * sizeof(*l->locs));
	if (!token_is(&p->tok, "code"))
		return 0;
	p_next(p);
	rc = p_list(p, KIND_ICMP_CODE);
	if (rc)
		return rc;
	st->code = l->n ? l->locs[0] : l->loc;
	TAKE_LIST(st->rule->icmp_code, l);
	return 0;
}

/* Letters in the order of the bits. */
static bool flag_letters(const char *s, size_t n, uint8_t *out)
{
	static const char letters[] = "FSRPAUEW";

	*out = 0;
	if (n == 4 && !memcmp(s, "none", 4))
		return true;
	for (size_t i = 0; i < n; i++) {
		const char *at = (const char *)memchr(letters, s[i], sizeof(letters) - 1);

		if (!at)
			return false;
		*out |= (uint8_t)(1u << (at - letters));
	}
	return n > 0;
}

static int match_flags(struct parser *p, struct flagset *out)
{
	const struct token *t = &p->tok;
	char shown[SHOWN_MAX];
	const char *slash;
	size_t n;

	if (t->kind != TOK_WORD)
		return p_unexpected(p, "SET/MASK");
	shown_word(shown, t->s, t->n);
	slash = (const char *)memchr(t->s, '/', t->n);
	if (!slash && !p->matches_only)
		return p_error(p, t->loc, "'%s' has no mask (write SET/MASK, such as S/SA)", shown);
	n = slash ? (size_t)(slash - t->s) : t->n;
	out->mask = UINT8_MAX;
	if (!flag_letters(t->s, n, &out->set) || (slash && !flag_letters(slash + 1, t->n - n - 1, &out->mask)))
		return p_error(p, t->loc, "'%s' is not SET/MASK of the letters F S R P A U E W or none", shown);
	if (!out->mask)
		return p_error(p, t->loc, "'%s' has an empty mask", shown);
	if (out->set & ~out->mask)
		return p_error(p, t->loc, "'%s' can never match: the set is not within the mask", shown);
	out->given = true;
	out->loc = t->loc;
	p_next(p);
	return 0;
}

int p_use_set(struct parser *p, const struct token *t, bool to, int *out)
{
	struct token name = *t;
	_cleanup_strbuf_ struct strbuf hint = { NULL, 0, 0 };
	char shown[SHOWN_MAX];
	struct suggest near;

	name.s++;
	name.n--;
	if (p->rs) {
		GROW(p->uses, p->nuses, p->uses_cap);
		p->uses[p->nuses++] = (struct set_use){ p->rs->nrules, to, name };
		*out = 0;
		return 0;
	}
	*out = p->context ? ruleset_find_set(p->context, name.s, name.n) : -1;
	if (*out >= 0)
		return 0;
	suggest_init(&near, name.s, name.n);
	for (size_t i = 0; p->context && i < p->context->nsets; i++)
		suggest_try(&near, p->context->sets[i].name);
	suggest_add(&near, "@", &hint);
	return p_error(p, t->loc, "unknown set '%s'%s", shown_word(shown, t->s, t->n), hint.len ? hint.str : "");
}

static int match_set(struct parser *p, struct addrset *out, bool to)
{
	struct token t;
	int rc;

	out->loc = p->tok.loc;
	out->negated = p->tok.kind == TOK_BANG;
	if (out->negated)
		p_next(p);
	t = p->tok;
	rc = p_use_set(p, &t, to, &out->set);
	p_next(p);
	return rc;
}

static bool is_set_name(const struct token *t) { return t->kind == TOK_WORD && t->s[0] == '@'; }

static int match_addr(struct parser *p, struct rule_state *st, bool to)
{
	struct addrset *out = to ? &st->rule->to.addr : &st->rule->from.addr;
	struct token next = p->tok;
	int rc;

	if (p->tok.kind == TOK_BANG)
		next = p_peek(p);
	if (token_is(&p->tok, "any")) {
		p_next(p);
		return 0;
	}
	if (p->tok.kind == TOK_BANG && token_is(&next, "any"))
		return p_error(p, p->tok.loc, "'! any' matches nothing");
	if (is_set_name(&next))
		return match_set(p, out, to);
	rc = p_list(p, KIND_ADDR);
	if (rc)
		return rc;
	if (p->list.n)
		st->addr[to] = p->list.locs[0];
	TAKE_LIST(*out, &p->list);
	return 0;
}

static int match_endpoint(struct parser *p, struct rule_state *st, bool to)
{
	struct numset *ports = to ? &st->rule->to.ports : &st->rule->from.ports;
	int rc;

	if (p_at_end(p))
		return p_unexpected(p, "an address or 'port'");
	if (!token_is(&p->tok, "port")) {
		rc = match_addr(p, st, to);
		if (rc)
			return rc;
	}
	if (!token_is(&p->tok, "port"))
		return 0;
	st->port[to] = p->tok.loc;
	p_next(p);
	return match_numbers(p, KIND_PORT, ports);
}

int p_match_values(struct parser *p, struct rule_state *st, enum match m)
{
	struct rule *r = st->rule;

	switch (m) {
	case MATCH_ON:
		return match_ifaces(p, &r->on);
	case MATCH_FAMILY:
		return 0;
	case MATCH_PROTO:
		return match_proto(p, st);
	case MATCH_FROM:
		return match_endpoint(p, st, false);
	case MATCH_TO:
		return match_endpoint(p, st, true);
	case MATCH_ICMP:
		return match_icmp(p, st);
	case MATCH_FLAGS:
		return match_flags(p, &r->flags);
	case MATCH_VLAN:
		return match_numbers(p, KIND_VLAN, &r->vlan);
	case MATCH_INNER_VLAN:
		return match_numbers(p, KIND_VLAN, &r->inner_vlan);
	case MATCH_DSCP:
		return match_numbers(p, KIND_DSCP, &r->dscp);
	case MATCH_TTL:
		return match_numbers(p, KIND_TTL, &r->ttl);
	case MATCH_LENGTH:
		return match_numbers(p, KIND_LENGTH, &r->length);
	case MATCH_FRAG:
		r->frag = true;
		return 0;
	case MATCH_MAC_FROM:
		return match_macs(p, &r->mac_from);
	case MATCH_MAC_TO:
		return match_macs(p, &r->mac_to);
	case MATCH_COUNT:
		break;
	}
	return -EINVAL;
}
