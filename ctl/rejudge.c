/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "classify.h"
#include "compile.h"
#include "fail.h"
#include "flowview.h"
#include "ifaces.h"
#include "rejudge.h"
#include "sets.h"

struct asker {
	const struct state *s;
	const struct live_ruleset *live;
	const struct ruleset *rs;
	struct tables tables;
};

static iface_id_t live_iface(void *arg, const char *name)
{
	iface_id_t id = { IFACE_MAX - 1 }; /* not known: the live rules have given a number to all that they name */

	(void)iface_id(((const struct asker *)arg)->s, name, false, &id);
	return id;
}

static __u16 live_set(void *arg, size_t index)
{
	const struct ruleset_info *info = &((const struct asker *)arg)->live->info;

	return index < info->sets && index < SETS_MAX ? info->set[index] : 0;
}

static bool in_live_set(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	return set_contains(&((const struct asker *)arg)->s->maps, set, type, family, a);
}

static int judge(const struct asker *a, const struct packet *p, enum direction d, iface_id_t iface, judged_t *out)
{
	const struct policy_cfg *policy = &a->tables.cfg.policy;
	rule_id_t rule;
	int rc = tables_classify(&a->tables, p, d, iface, &rule);

	if (rc)
		return rc;
	if (rule_is_none(rule))
		*out = judged_make(d, (enum verdict)policy->verdict[d], rule, policy->stateless[d]);
	else
		*out = judged_make(d, (enum verdict)a->tables.actions[rule.raw].verdict, rule,
				   a->tables.actions[rule.raw].flags & ACTION_STATELESS);
	return 0;
}

static int rejudge_flow(const struct asker *a, struct flow *f, generation_t now)
{
	struct packet made;
	int rc = 0;

	flow_made_packet(f, &made);
	for (int d = 0; !rc && d < DIRECTION_COUNT; d++) {
		ruling_t *r = &f->ruling[d];

		if (!judged_given(r->judged) || r->generation.raw == now.raw)
			continue;
		rc = judge(a, &made, (enum direction)d, f->iface[d], &r->judged);
		r->judged = judged_of_flow(f, (enum direction)d, r->judged);
		r->generation = now;
	}
	return rc;
}

static bool is_stale(const struct flow *f, generation_t now)
{
	for (int d = 0; d < DIRECTION_COUNT; d++)
		if (judged_given(f->ruling[d].judged) && f->ruling[d].generation.raw != now.raw)
			return true;
	return false;
}

int flows_rejudge(const struct state *s, const struct live_ruleset *live, const struct ruleset *rs, struct flow_list *flows,
		  char **err)
{
	struct asker a = { .s = s, .live = live, .rs = rs };
	const struct compile_names names = { live_iface, live_set, &a };
	generation_t now;
	bool compiled = false;
	int rc = 0;

	rc = live_generation(live, &now);
	if (rc)
		return FAIL(err, rc, "live ruleset: %s", strerror(-rc));
	for (size_t i = 0; !rc && i < flows->n; i++) {
		if (!is_stale(&flows->v[i], now))
			continue;
		if (!compiled) {
			rc = compile(rs, &names, &a.tables, err);
			if (rc)
				return rc;
			compiled = true;
			a.tables.set_contains = in_live_set;
			a.tables.set_arg = &a;
		}
		rc = rejudge_flow(&a, &flows->v[i], now);
		if (rc)
			FAIL(err, rc, "rule tables: %s", strerror(-rc));
	}
	tables_free(&a.tables);
	return rc;
}
