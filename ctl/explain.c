/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "classify.h"
#include "compile.h"
#include "explain.h"
#include "fail.h"
#include "fields.h"

struct explainer {
	const struct ruleset *rs;
	const struct linear_sets *sets;
	struct tables tables;
	char ifaces[IFACE_MAX][IFNAMSIZ]; /* by number, from 1 */
};

static iface_id_t iface_number(const struct explainer *e, const char *name)
{
	for (unsigned int i = 1; name && i < IFACE_MAX && e->ifaces[i][0]; i++)
		if (!strncmp(e->ifaces[i], name, IFNAMSIZ))
			return (iface_id_t){ (__u8)i };
	return (iface_id_t){ IFACE_NONE };
}

static iface_id_t name_iface(void *arg, const char *name)
{
	struct explainer *e = (struct explainer *)arg;
	iface_id_t id = iface_number(e, name);

	for (unsigned int i = 1; id.raw == IFACE_NONE && i < IFACE_MAX; i++)
		if (!e->ifaces[i][0]) {
			memcpy(e->ifaces[i], name, strnlen(name, IFNAMSIZ - 1));
			id.raw = (__u8)i;
		}
	return id;
}

static __u16 name_set(void *arg, size_t index)
{
	(void)arg;
	return (__u16)index;
}

static bool declared_set_has(const struct ruleset *rs, size_t set, enum family family, const addr_t *a)
{
	struct rule asks;
	struct packet p = { .family = (__u8)family, .src = *a };

	rule_init(&asks);
	asks.from.addr.set = (int)set;
	return rule_matches(rs, &asks, &p, DIRECTION_IN, NULL, NULL);
}

static bool set_holds_addr(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	const struct explainer *e = (const struct explainer *)arg;

	(void)type;
	return e->sets ? e->sets->contains(e->sets->arg, set, family, a) : declared_set_has(e->rs, set, family, a);
}

bool explain_in_set(const struct explainer *e, const struct probe *p, size_t set, bool dst)
{
	return set_holds_addr((void *)(uintptr_t)e, (__u16)set, e->rs->sets[set].type, (enum family)p->packet.family,
			      dst ? &p->packet.dst : &p->packet.src);
}

int explain_open(const struct ruleset *rs, const struct linear_sets *sets, struct explainer **out, char **err)
{
	_cleanup_explain_ struct explainer *e = (struct explainer *)xcalloc(1, sizeof(*e));
	const struct compile_names names = { name_iface, name_set, e };
	int rc;

	e->rs = rs;
	e->sets = sets;
	rc = compile(rs, &names, &e->tables, err);
	if (rc)
		return rc;
	e->tables.set_contains = set_holds_addr;
	e->tables.set_arg = e;
	*out = TAKE_PTR(e);
	return 0;
}

void explain_close(struct explainer *e)
{
	if (!e)
		return;
	tables_free(&e->tables);
	free(e);
}

/* --- by the rules --------------------------------------------------------------------------------- */

static int contradiction(char **err, rule_id_t by_tables, rule_id_t by_rules)
{
	return FAIL(err, -EILSEQ, "the compiled tables say rule %u, the rules say %u: this is a fault of fwctl",
		    by_tables.raw + 1, by_rules.raw + 1);
}

/* First matches of the two kinds of rules and of all, by tables and by the rules one by one. */
static int ask_rules(struct explainer *e, const struct packet *p, enum direction d, const char *iface,
		     rule_id_t image[IMAGE_COUNT], rule_id_t *first, char **err)
{
	iface_id_t id = iface_number(e, iface);
	rule_id_t linear;

	for (unsigned int i = 0; i < IMAGE_COUNT; i++) {
		if (tables_classify_image(&e->tables, (enum image)i, p, d, id, &image[i]))
			return FAIL(err, -EILSEQ, "the compiled tables are inconsistent: this is a fault of fwctl");
		linear = linear_scan(e->rs, 1u << i, p, d, iface, e->sets);
		if (linear.raw != image[i].raw)
			return contradiction(err, image[i], linear);
	}
	if (tables_classify(&e->tables, p, d, id, first))
		return FAIL(err, -EILSEQ, "the compiled tables are inconsistent: this is a fault of fwctl");
	linear = linear_scan(e->rs, LINEAR_ALL, p, d, iface, e->sets);
	return linear.raw == first->raw ? 0 : contradiction(err, *first, linear);
}

static void give(const struct explainer *e, rule_id_t rule, enum direction d, struct explanation *out)
{
	const struct policy_cfg *policy = &e->tables.cfg.policy;
	const struct rule_action *action = rule_is_none(rule) ? NULL : &e->tables.actions[rule.raw];

	out->rule = rule;
	out->verdict = (enum verdict)(action ? action->verdict : policy->verdict[d]);
	out->stateless = action ? action->flags & ACTION_STATELESS : policy->stateless[d];
	out->reason = action ? REASON_RULE : REASON_DEFAULT;
}

static void explanation_init(struct explanation *out)
{
	*out = (struct explanation){ .rule = rule_none(), .image = { rule_none(), rule_none() } };
}

static int ask_about(struct explainer *e, const struct probe *probe, struct explanation *out, char **err)
{
	const struct policy_cfg *policy = &e->tables.cfg.policy;
	const struct packet *p = &probe->packet;
	rule_id_t first;
	int rc;

	explanation_init(out);
	if (p->nd && !policy->nd_by_rules) {
		out->reason = REASON_ND;
		return 0;
	}
	if (p->status == STATUS_MALFORMED) {
		out->verdict = (enum verdict)policy->malformed[probe->direction];
		out->reason = REASON_MALFORMED;
		return 0;
	}
	rc = ask_rules(e, p, probe->direction, probe_iface(probe), out->image, &first, err);
	if (rc)
		return rc;
	give(e, first, probe->direction, out);
	out->by_rules = true;
	if (out->reason == REASON_DEFAULT && p->fragment == FRAGMENT_LATER)
		out->reason = REASON_FRAGMENT;
	return 0;
}

int explain_packet(struct explainer *e, const struct probe *probe, struct explanation *out, char **err)
{
	int rc = ask_about(e, probe, out, err);

	/* What a rule passes with state, and begins no connection (policy.h, decide_fresh). */
	if (!rc && out->by_rules && e->rs->options.tcp_strict && out->verdict == VERDICT_PASS && !out->stateless &&
	    probe->packet.has & HAS_FLAGS && !packet_opens(&probe->packet)) {
		out->verdict = VERDICT_DROP;
		out->reason = REASON_MID_STREAM;
	}
	return rc;
}

/* --- by a flow ------------------------------------------------------------------------------------ */

bool explain_is_of_flow(const struct probe *probe, const struct flow *f)
{
	const struct packet *p = &probe->packet;
	struct flow_key key;
	enum flow_side from;

	if (p->status != STATUS_OK || !flow_key_of(p, &key, &from) || flow_is_over_for(f, p))
		return false;
	if (p->has & HAS_ICMP)
		key.bport = f->key.bport;
	return flow_key_equal(&key, &f->key);
}

/* The packet that made the flow, as judge.h asks about it. */
static void remake(const struct flow *f, const struct packet *now, struct packet *p)
{
	flow_made_packet(f, p);
	if (!(now->has & HAS_MAC))
		return;
	p->has |= HAS_MAC;
	p->mac_src = now->mac_src;
	p->mac_dst = now->mac_dst;
}

/* What the rules' answer means for the flow (flow.h, judged_of_flow). */
static void apply_to_flow(const struct flow *f, enum direction d, struct explanation *e)
{
	judged_t j = judged_of_flow(f, d, judged_make(d, e->verdict, e->rule, e->stateless));

	e->verdict = judged_verdict(j);
	e->stateless = judged_stateless(j);
}

/* One direction's judgement in the words of an explanation; `given` where it was judged there. */
struct judgement {
	bool given;
	struct explanation by;
};

static int rejudge(struct explainer *e, const struct explain_flow *f, const struct packet *made, enum direction d,
		   struct judgement *out, char **err)
{
	rule_id_t image[IMAGE_COUNT], first;
	const char *iface = f->iface_name(f->arg, f->flow->iface[d]);
	int rc = ask_rules(e, made, d, iface, image, &first, err);

	if (rc)
		return rc;
	give(e, first, d, &out->by);
	apply_to_flow(f->flow, d, &out->by);
	return 0;
}

/* Rules that look at MAC addresses can only be asked again with those of the packet that made the flow (judge.h, rejudge). */
static bool can_rejudge(const struct explainer *e, const struct explain_flow *f, enum direction d, bool from_maker)
{
	bool macs = e->tables.cfg.image[IMAGE_PACKET].dims & (1u << DIM_MAC_FROM | 1u << DIM_MAC_TO);
	bool here = from_maker && d == f->direction;

	/* Nor is the other direction, for the maker's packets. */
	return (here || !from_maker) && (!macs || (here && f->flow->iface[d].raw == f->iface.raw));
}

static void give_judged(const struct explainer *e, judged_t j, struct explanation *out)
{
	rule_id_t rule = judged_rule(j);

	out->rule = rule.raw < e->tables.nactions ? rule : rule_none(); /* older rules had others */
	out->verdict = judged_verdict(j);
	out->stateless = judged_stateless(j);
	out->reason = rule_is_none(rule) ? REASON_DEFAULT : REASON_RULE;
}

/* What each direction says of the flow, by the rules of now; 0 where no stateful rule keeps it any longer, else 1. */
static int rulings(struct explainer *e, const struct explain_flow *f, const struct packet *made, bool from_maker,
		   struct judgement out[DIRECTION_COUNT], char **err)
{
	bool kept = false;

	for (unsigned int d = 0; d < DIRECTION_COUNT; d++) {
		bool current = f->flow->ruling[d].generation.raw == f->generation.raw;
		judged_t j = flow_judged(f->flow, (enum direction)d);
		int rc = 0;

		explanation_init(&out[d].by);
		out[d].given = judged_given(j);
		if (!out[d].given) {
			kept |= from_maker && d == f->direction; /* to be judged now */
			continue;
		}
		if (current || !can_rejudge(e, f, (enum direction)d, from_maker))
			give_judged(e, j, &out[d].by);
		else
			rc = rejudge(e, f, made, (enum direction)d, &out[d], err);
		if (rc)
			return rc;
		kept |= out[d].by.verdict != VERDICT_PASS || !out[d].by.stateless;
	}
	return kept;
}

/* The judgement that speaks for the flow to a reply (policy.h, verdict_for_reply). */
static const struct judgement *reply_ruling(const struct judgement r[DIRECTION_COUNT], enum direction d)
{
	const struct judgement *here = &r[d], *there = &r[!d];

	return (here->given && here->by.verdict != VERDICT_PASS) || !there->given ? here : there;
}

static bool bound_here(const struct explain_flow *f, bool from_maker)
{
	const struct flow *flow = f->flow;

	if (!f->if_bound)
		return true;
	if (from_maker)
		return !judged_given(flow_judged(flow, f->direction)) || flow->iface[f->direction].raw == f->iface.raw;
	return flow->reply_iface[f->direction].raw == IFACE_NONE || flow->reply_iface[f->direction].raw == f->iface.raw;
}

int explain_by_flow(struct explainer *e, const struct probe *probe, const struct explain_flow *f, struct explanation *out,
		    char **err)
{
	const struct packet *p = &probe->packet;
	struct judgement r[DIRECTION_COUNT];
	enum flow_side from = FLOW_SIDE_A;
	struct explanation fresh;
	struct packet made;
	struct flow_key key;
	bool from_maker;
	int rc;

	if (!flow_key_of(p, &key, &from) || ask_about(e, probe, &fresh, err))
		return -EILSEQ;
	from_maker = from == flow_maker(f->flow);
	if (!fresh.by_rules || !bound_here(f, from_maker))
		return 0;
	remake(f->flow, p, &made);
	rc = rulings(e, f, &made, from_maker, r, err);
	if (rc <= 0)
		return rc;
	if (from_maker && !r[f->direction].given) {
		*out = fresh; /* its first time at this direction */
		apply_to_flow(f->flow, f->direction, out);
	} else {
		*out = from_maker ? r[f->direction].by : reply_ruling(r, f->direction)->by;
	}
	out->by_rules = true;
	memcpy(out->image, fresh.image, sizeof(out->image));
	if (from != flow_initiator(f->flow) && out->verdict == VERDICT_PASS)
		out->reason = REASON_STATE;
	give(e, fresh.image[IMAGE_PACKET], f->direction, &fresh);
	/* An earlier rule decides the maker's packets; replies it can only stop. */
	if (rule_before(fresh.rule, out->rule) && (from_maker || fresh.verdict != VERDICT_PASS))
		give(e, fresh.rule, f->direction, out);
	return 1;
}
