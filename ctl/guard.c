/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "flowlist.h"
#include "guard.h"
#include "linear.h"
#include "live.h"
#include "session.h"
#include "sets.h"

/* The rules that are asked, and what is live: it has the elements of sets that keep theirs. */
struct guard {
	const struct state *s;
	const struct ruleset *rs;
	const char *whose; /* "these rules" */
	bool keep_sets;
	const char *iface; /* that is being attached, or NULL: */
	bool egress;       /* what goes out there is judged too */
	struct hook_programs attached;
	struct live_ruleset live;
	struct ruleset old;
};

static void guard_free(struct guard *g)
{
	ruleset_free(&g->old);
	live_close(&g->live);
	hook_programs_free(&g->attached);
}

static bool in_set(void *arg, size_t index, enum family family, const addr_t *a)
{
	const struct guard *g = (const struct guard *)arg;
	const struct set *s = &g->rs->sets[index];

	for (size_t i = 0; i < g->old.nsets && (g->keep_sets || !set_is_declared_whole(s)); i++)
		if (!strcmp(g->old.sets[i].name, s->name) && g->old.sets[i].type == s->type)
			return set_contains(&g->s->maps, g->live.info.set[i], s->type, family, a);
	return set_declares(s, family, a);
}

static judged_t ask(const struct guard *g, const struct packet *p, enum direction d, const char *iface)
{
	const struct linear_sets sets = { in_set, (void *)g };
	rule_id_t rule = linear_scan(g->rs, LINEAR_ALL, p, d, iface, &sets);
	const struct rule *r = rule_is_none(rule) ? NULL : &g->rs->rules[rule.raw];

	return judged_make(d, r ? r->verdict : g->rs->defaults.verdict[d], rule, r ? r->stateless : g->rs->defaults.stateless[d]);
}

static int refuse_cut(const struct guard *g, judged_t j, char **err)
{
	if (judged_verdict(j) == VERDICT_PASS)
		return 0;
	if (rule_is_none(judged_rule(j)))
		return FAIL(err, -EPERM,
			    "%s would cut the ssh session this is typed in: `default %s %s` decides it "
			    "(add a pass rule for it, or --force)",
			    g->whose, direction_text(judged_direction(j)), verdict_text(judged_verdict(j)));
	return FAIL(err, -EPERM,
		    "%s would cut the ssh session this is typed in: rule %u decides it "
		    "(put a pass rule before it, or --force)",
		    g->whose, judged_rule(j).raw + 1);
}

/* Is what goes out of an attached interface judged? */
static bool judges_out(const struct guard *g, unsigned int ifindex)
{
	for (size_t i = 0; i < g->attached.n; i++)
		if (g->attached.v[i].hook == HOOK_TC_OUT && g->attached.v[i].ifindex == ifindex)
			return true;
	return false;
}

/* Over loopback, where both ends are here, what comes in has gone out before. */
static bool loops(const struct packet *p, const char *iface)
{
	char own[IFNAMSIZ] = "";
	struct iface ifc;

	iface_of_address((enum family)p->family, &p->src, own);
	return own[0] && iface && !iface_get(iface, 0, &ifc, NULL) && ifc.loopback;
}

/* A packet from the client on an interface; where what passes it keeps no state, and it is judged, the answer as well. */
static int judge_both_ways(const struct guard *g, const struct packet *p, const char *iface, bool egress, char **err)
{
	judged_t in = ask(g, p, DIRECTION_IN, iface);
	struct packet answer = *p;
	int rc = refuse_cut(g, in, err);

	if (!rc && egress && loops(p, iface))
		rc = refuse_cut(g, ask(g, p, DIRECTION_OUT, iface), err);
	if (rc || !egress || !judged_stateless(in))
		return rc;
	answer.src = p->dst;
	answer.dst = p->src;
	answer.sport = p->dport;
	answer.dport = p->sport;
	return refuse_cut(g, ask(g, &answer, DIRECTION_OUT, iface), err);
}

/* Without a flow, where packets are judged: one of the middle makes none under tcp-loose off. */
static int judge_middle(const struct guard *g, const struct packet *p, const char *iface, bool egress, char **err)
{
	int rc = judge_both_ways(g, p, iface, egress, err);

	if (rc || !g->rs->options.tcp_strict || judged_stateless(ask(g, p, DIRECTION_IN, iface)))
		return rc;
	return FAIL(err, -EPERM,
		    "%s would cut the ssh session this is typed in: it has no flow, and `option tcp-loose off` picks none up "
		    "(tcp-loose on, or --force)",
		    g->whose);
}

/* Without a flow: on the interface that has the server's address, else on every attached one. */
static int judge_packet(const struct guard *g, const struct packet *p, char **err)
{
	char own[IFNAMSIZ] = "";
	bool attached = false;
	int rc = 0;

	if (g->iface)
		return judge_middle(g, p, g->iface, g->egress, err);
	iface_of_address((enum family)p->family, &p->dst, own);
	for (__u32 i = 0; !rc && i < IFACE_SLOTS; i++) {
		struct iface_slot slot;

		if (fw_ifaces_get(g->s->maps.fw_ifaces, (iface_place_t){ i }, &slot) || !slot.ifindex)
			continue;
		attached = true;
		if (!own[0] || !strcmp(own, g->s->names[slot.id.raw].name))
			rc = judge_middle(g, p, g->s->names[slot.id.raw].name, judges_out(g, slot.ifindex), err);
	}
	return attached ? rc : judge_both_ways(g, p, own[0] ? own : NULL, true, err);
}

/* What one direction's rules say of the packet that made the session's flow. *keeps_state is set, or left as it is. */
static int judge_made(const struct guard *g, const struct flow *f, judged_t rules, bool *keeps_state, char **note, char **err)
{
	enum direction d = judged_direction(rules);
	judged_t flow = judged_of_flow(f, d, rules);

	*keeps_state |= judged_keeps_state(flow);
	if (judged_verdict(flow) != judged_verdict(rules) && !*note)
		*note = xasprintf("the ssh session this is typed in goes on, since it is older than the firewall, but "
				  "`default %s %s` stops new ones",
				  direction_text(d), verdict_text(judged_verdict(rules)));
	return refuse_cut(g, flow, err);
}

/* What re-judging will ask: the packet that made the flow, at each direction where it was judged. Where none keeps state, the flow is no more. */
static int judge_flow(const struct guard *g, const struct flow *f, const struct packet *session, char **note, char **err)
{
	bool keeps_state = false;
	struct packet p;
	int rc = 0;

	flow_made_packet(f, &p);
	for (int i = 0; !rc && i < DIRECTION_COUNT; i++) {
		enum direction d = (enum direction)i;

		if (judged_given(flow_judged(f, d)))
			rc = judge_made(g, f, ask(g, &p, d, g->s->names[f->iface[d].raw].name), &keeps_state, note, err);
	}
	return rc || keeps_state ? rc : judge_packet(g, session, err);
}

int guard_session(const struct state *s, const struct ruleset *rs, bool keep_sets, char **note, char **err)
{
	_cleanup_(guard_free) struct guard g = {
		.s = s, .rs = rs, .whose = "these rules", .keep_sets = keep_sets, .live = live_none()
	};
	_cleanup_flow_list_ struct flow_list flows = { NULL, 0, 0 };
	struct packet p;
	int rc;

	if (!session_find(&p))
		return 0;
	rc = live_open(s, &g.live, err);
	rc = rc ?: live_parse(&g.live, &g.old, err);
	rc = rc ?: hook_list(&s->in, &g.attached, err);
	if (rc)
		return rc;
	if (!flow_list_read(s, &flows, NULL, NULL))
		for (size_t i = 0; i < flows.n; i++)
			if (session_is_flow(&flows.v[i], &p))
				return judge_flow(&g, &flows.v[i], &p, note, err);
	return judge_packet(&g, &p, err);
}

/* The flow that seeding will make: it is judged where its first packet would be, on loopback in the other direction too. */
static int judge_seed(const struct guard *g, const struct seed *seed, const struct packet *first, bool loops, char **note,
		      char **err)
{
	const struct flow f = { .bits = FLOW_SEEDED };
	bool keeps_state = false;
	int rc = 0;

	for (int d = 0; !rc && d < DIRECTION_COUNT; d++)
		if ((d == seed->direction || loops) && (g->egress || d == DIRECTION_IN))
			rc = judge_made(g, &f, ask(g, first, (enum direction)d, g->iface), &keeps_state, note, err);
	return rc;
}

/* The session on one interface that is being attached: its flow from an earlier time, else what seeding makes, else a packet. */
static int judge_view(const struct guard *g, const struct seeder_connection *c, size_t view, const struct flow_list *flows,
		      const struct packet *session, char **note, char **err)
{
	struct packet p = *session, first = c->seed.first;
	bool seeds = c->found && c->view[view].fresh;

	p.vlan = first.vlan = c->view[view].vlan;
	p.inner_vlan = first.inner_vlan = c->view[view].inner_vlan;
	for (size_t i = 0; i < flows->n; i++) {
		struct flow f = flows->v[i];

		if (!session_is_flow(&f, &p) || f.key.vlan != p.vlan || f.key.inner_vlan != p.inner_vlan)
			continue;
		f.bits |= seeds ? FLOW_SEEDED : 0;
		return judge_flow(g, &f, &p, note, err);
	}
	if (seeds)
		return judge_seed(g, &c->seed, &first, c->view[view].loops, note, err);
	return judge_packet(g, &p, err);
}

/* Where the session goes over interfaces that are being attached. What goes out another way may come in over that of its address. */
static int look_up_session(const struct seeder *sd, const struct packet *p, bool egress, struct seeder_connection *c, char **err)
{
	const struct socket_info ends = {
		.local = p->dst, .remote = p->src, .lport = p->dport, .rport = p->sport, .family = p->family, .proto = PROTO_TCP
	};
	char own[IFNAMSIZ] = "";
	unsigned int index;
	int rc = seeder_look_up(sd, &ends, egress, c, err);

	if (rc || c->n)
		return rc;
	iface_of_address((enum family)p->family, &p->dst, own);
	index = if_nametoindex(own);
	if (!index || !seeder_adds(sd, index, egress))
		return 0;
	memcpy(c->view[c->n].iface, own, sizeof(own));
	c->view[c->n++].fresh = seeder_is_fresh(sd, index);
	return 0;
}

int guard_attach(const struct seeder *sd, struct guard_attach how, char **note, char **err)
{
	_cleanup_(guard_free) struct guard g = {
		.s = sd->s, .whose = "the live rules", .keep_sets = true, .egress = how.egress, .live = live_none()
	};
	_cleanup_flow_list_ struct flow_list flows = { NULL, 0, 0 };
	struct seeder_connection c;
	struct packet p;
	int rc;

	if (!session_find(&p))
		return 0;
	rc = look_up_session(sd, &p, how.egress, &c, err);
	if (rc || !c.n)
		return rc;
	c.found &= how.seeds;
	rc = live_open(g.s, &g.live, err);
	rc = rc ?: live_parse(&g.live, &g.old, err);
	if (rc)
		return rc;
	g.rs = &g.old;
	(void)flow_list_read(g.s, &flows, NULL, NULL);
	for (size_t i = 0; !rc && i < c.n; i++) {
		g.iface = c.view[i].iface;
		rc = judge_view(&g, &c, i, &flows, &p, note, err);
	}
	return rc;
}
