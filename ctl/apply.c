/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "apply.h"
#include "carry.h"
#include "clock.h"
#include "compile.h"
#include "fail.h"
#include "ifaces.h"
#include "parse.h"
#include "pastrules.h"
#include "print.h"
#include "selftest.h"
#include "sets.h"
#include "slot.h"
#include "timeouts.h"

/* A ruleset on its way: text, tables, programs. */
struct candidate {
	const struct ruleset *rs;
	struct strbuf text;
	struct tables tables;
	struct set_numbers sets;
	struct core core; /* of the slot that it is for */
	bool core_is_new; /* and not in the slot yet */
	struct loaded loaded;
	struct load_request rq;
};

static struct candidate candidate_none(const struct ruleset *rs)
{
	return (struct candidate){ .rs = rs, .core = core_none(), .loaded = loaded_none() };
}

static void candidate_free(struct candidate *c)
{
	strbuf_free(&c->text);
	tables_free(&c->tables);
	core_close(&c->core);
	loaded_close(&c->loaded);
}

/* What compile() asks about names. */
struct naming {
	struct state *s;
	const struct ruleset *rs;
	const struct set_numbers *sets;
};

static iface_id_t name_iface(void *arg, const char *name)
{
	const struct naming *n = (const struct naming *)arg;
	iface_id_t id = { IFACE_NONE };

	if (iface_id(n->s, name, true, &id) == -ENOSPC && !ifaces_reclaim(n->s, n->rs))
		(void)iface_id(n->s, name, true, &id);
	return id;
}

static __u16 name_set(void *arg, size_t index)
{
	const struct set_numbers *sets = ((const struct naming *)arg)->sets;

	return index < sets->n ? sets->v[index] : 0;
}

/* Whether the flow table holds a flow that was seeded and has its pass still. */
static int has_seeded(const struct state *s, bool *out)
{
	struct flow_bucket *b = fw_flows_map(s->maps.fw_flows, s->cfg.buckets);

	*out = false;
	if (!b)
		return -errno;
	for (size_t i = 0; i < (size_t)s->cfg.buckets * WAYS && !*out; i++) {
		const struct flow *f = &b[i / WAYS].flow[i % WAYS];

		*out = b[i / WAYS].head.tag[i % WAYS] && f->bits & FLOW_SEEDED && !flow_is_void(f);
	}
	fw_flows_unmap(b, s->cfg.buckets);
	return 0;
}

/* Into its slot; nothing judges by it yet. */
static int place(const struct state *s, const struct candidate *c)
{
	__u32 slot = c->rq.cfg.slot;
	int rc = c->core_is_new ? core_place(&c->core, &s->maps, slot) : 0;

	return rc ?: loaded_place(&c->loaded, &s->maps, slot);
}

static int fill_request(struct state *s, struct candidate *c, char **err)
{
	struct load_request *rq = &c->rq;
	struct clock_pair clock;
	bool seeded = false;
	int rc = fw_clock_get(s->maps.fw_clock, &clock);

	rc = rc ?: state_next_generation(s, &rq->settings.ruleset);
	if (!rc && !c->tables.stateful)
		rc = has_seeded(s, &seeded);
	if (rc)
		return FAIL(err, rc, "instance: %s", strerror(-rc));
	rq->hooks = slot_hooks(s);
	rq->settings.newest = rq->settings.ruleset;
	rq->settings.stateful = seeded;
	rq->instance = &s->maps;
	rq->tables = &c->tables;
	rq->text = c->text.str ? c->text.str : "";
	rq->cfg = slot_cfg(s, rq->cfg.slot);
	rq->settings.if_bound = c->rs->options.if_bound;
	rq->settings.tcp_strict = c->rs->options.tcp_strict;
	timeouts_fill(&c->rs->options, clock.tick_ns, &rq->settings);
	rq->info = (struct ruleset_info){
		.id = rq->settings.ruleset.raw,
		.rules = (__u32)c->rs->nrules,
		.text_length = c->text.len,
		.applied_ns = clock_real_ns(),
		.sets = (__u32)c->sets.n,
	};
	memcpy(rq->info.set, c->sets.v, c->sets.n * sizeof(c->sets.v[0]));
	return 0;
}

/* Elements that were made for a ruleset which does not come go again. */
static void keep_live_sets(const struct state *s, const struct live_ruleset *live)
{
	struct set_numbers keep = { .n = 0 };

	for (__u32 i = 0; i < live->info.sets && i < SETS_MAX; i++)
		keep.v[keep.n++] = live->info.set[i];
	(void)sets_keep_only(&s->maps, &keep);
}

/* Everything that can fail. `old` and `live` are NULL for the first ruleset of an instance. */
static int prepare(struct state *s, struct candidate *c, const struct ruleset *old, const struct live_ruleset *live,
		   bool keep_sets, char **err)
{
	const struct naming naming = { s, c->rs, &c->sets };
	const struct compile_names names = { name_iface, name_set, (void *)&naming };
	const struct selftest test = { c->rs, &names, &c->tables, &c->loaded, &s->maps };
	int rc = sets_prepare(&s->maps, c->rs, old, live ? &live->info : NULL, keep_sets, &c->sets, err);

	rc = rc ?: compile(c->rs, &names, &c->tables, err);
	rc = rc ?: fill_request(s, c, err);
	rc = rc ?: slot_ready(s, c->rq.cfg.slot, (__u32)c->rs->nrules, &c->core, &c->core_is_new, err);
	c->rq.core = &c->core;
	rc = rc ?: programs_load(&c->rq, &c->loaded, err);
	rc = rc ?: selftest(&test, err);
	if (rc && live)
		keep_live_sets(s, live);
	return rc;
}

int apply_builtin(struct state *s, char **err)
{
	const struct ruleset none = { .nrules = 0 };
	_cleanup_(candidate_free) struct candidate c = candidate_none(&none);
	int rc = slots_fill(s, err);

	ruleset_print(&none, &c.text);
	rc = rc ?: prepare(s, &c, NULL, NULL, false, err);
	if (rc)
		return rc;
	rc = place(s, &c);
	rc = rc ?: slot_go_live(s, (struct live){ .slot = 0 });
	return rc ? FAIL(err, rc, "first ruleset: %s", strerror(-rc)) : 0;
}

/* Whether the ruleset is the live one, in its text and in the elements of the sets that it declares. */
static bool is_live(const struct state *s, const struct candidate *c, const struct live_ruleset *live, bool keep_sets)
{
	if (c->text.len != live->info.text_length || memcmp(c->text.str, live->text, c->text.len))
		return false;
	for (size_t i = 0; i < c->rs->nsets && !keep_sets; i++)
		if (set_is_declared_whole(&c->rs->sets[i]) && !set_holds(&s->maps, live->info.set[i], &c->rs->sets[i]))
			return false;
	return true;
}

/* The live ruleset, read back, and a candidate made from rs beside it. */
struct change {
	struct live_ruleset live;
	struct ruleset old;
	struct candidate c;
	struct counters *start; /* of the candidate's slot, by rule_slot_t */
};

static void change_free(struct change *ch)
{
	candidate_free(&ch->c);
	free(ch->start);
	ruleset_free(&ch->old);
	live_close(&ch->live);
}

static int change_begin(const struct state *s, const struct ruleset *rs, unsigned int flags, struct change *ch, bool *unchanged,
			char **err)
{
	int rc = live_open(s, &ch->live, err);

	ch->c = candidate_none(rs);
	if (rc)
		return rc;
	ruleset_print(rs, &ch->c.text);
	*unchanged = !(flags & APPLY_ANEW) && is_live(s, &ch->c, &ch->live, flags & APPLY_KEEP_SETS);
	return *unchanged ? 0 : live_parse(&ch->live, &ch->old, err);
}

/* The slot that is not live, for the candidate. */
static __u32 take_slot(struct change *ch)
{
	__u32 slot = (ch->live.slot + 1) % PROGRAM_SLOTS;

	ch->c.rq.cfg.slot = (__u8)slot;
	if (ch->live.settling) /* an apply was ended before it had waited */
		slots_settle();
	return slot;
}

/* What the counters of the candidate's slot stand at; nobody counts in it. */
static int read_start(struct change *ch)
{
	size_t n = ch->c.rq.info.rules + RULE_SLOT_FIRST;

	ch->start = (struct counters *)xcalloc(n, sizeof(*ch->start));
	return fw_counts_sums(ch->c.core.maps.fw_counts, n, ch->start);
}

static int carry(struct change *ch)
{
	const struct defaults *old = &ch->old.defaults, *new = &ch->c.rs->defaults;
	struct carry carry = { .maps = &ch->c.loaded.maps, .text = ch->c.rq.text, .start = ch->start, .info = &ch->c.rq.info };

	for (int d = 0; d < DIRECTION_COUNT; d++)
		carry.keep_default[d] = old->verdict[d] == new->verdict[d] && old->stateless[d] == new->stateless[d];
	return carry_counters(&ch->live, &carry);
}

int apply_ruleset(struct state *s, const struct ruleset *rs, unsigned int flags, struct apply_result *out, char **err)
{
	bool keep_sets = flags & APPLY_KEEP_SETS;
	_cleanup_(change_free) struct change ch = { .live = live_none(), .c = candidate_none(rs) };
	struct candidate *c = &ch.c;
	__u32 slot;
	int rc = change_begin(s, rs, flags, &ch, &out->unchanged, err);

	out->id = ch.live.info.id;
	out->flows = s->cfg.buckets * WAYS;
	out->flows_ignored = rs->options.flows && (rs->options.flows + WAYS - 1) / WAYS != s->cfg.buckets;
	if (rc || out->unchanged)
		return rc;
	slot = take_slot(&ch);
	rc = prepare(s, c, &ch.old, &ch.live, keep_sets, err);
	if (rc)
		return rc;
	/*
	 * Counters are carried over twice: before the swap, so that they are there even if this process is killed at the swap, and again when
	 * nothing counts by the old rules any more.
	 */
	rc = read_start(&ch);
	rc = rc ?: carry(&ch);
	rc = rc ?: past_keep(s, &ch.live);
	rc = rc ?: place(s, c);
	rc = rc ?: slot_go_live(s, (struct live){ .slot = slot, .settling = 1 });
	if (rc)
		return FAIL(err, rc, "ruleset: %s", strerror(-rc));
	out->id = c->rq.info.id;
	/* Done; what follows tidies up, and cannot take the change back. */
	slots_settle();
	(void)slot_go_live(s, (struct live){ .slot = slot }); /* failing that, the next one waits once more */
	out->counters_late = carry(&ch) != 0;
	/* The old ruleset's programs go by being replaced: to empty their places would wait for a grace period each. */
	(void)judges_place(&c->loaded, &s->maps, ch.live.slot);
	(void)sets_keep_only(&s->maps, &c->sets);
	past_prune(s);
	return 0;
}

/* Applies the live ruleset once more: where it keeps no state, or `always`. */
static int load_anew(struct state *s, bool always, char **err)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct ruleset rs = { .nrules = 0 };
	struct apply_result result;
	int rc = live_open(s, &live, err);

	rc = rc ?: live_parse(&live, &rs, err);
	if (rc)
		return rc;
	if (always || !ruleset_keeps_state(&rs))
		rc = apply_ruleset(s, &rs, APPLY_KEEP_SETS | APPLY_ANEW, &result, err);
	ruleset_free(&rs);
	return rc;
}

int apply_for_seeded(struct state *s, char **err) { return load_anew(s, false, err); }

static int set_tc_ingress(struct state *s, bool on)
{
	s->cfg.tc_ingress = on;
	return fw_instance_put(s->maps.fw_instance, &s->cfg);
}

int apply_for_tc_ingress(struct state *s, char **err)
{
	int rc = s->cfg.tc_ingress ? 0 : set_tc_ingress(s, true);
	struct live live;

	rc = rc ?: fw_live_get(s->maps.fw_live, &live);
	if (rc)
		return FAIL(err, rc, "instance: %s", strerror(-rc));
	if (!fw_programs_in_id(s->maps.fw_programs_in, live.slot, &(__u32){ 0 }))
		return 0;
	rc = load_anew(s, true, err);
	if (rc)
		(void)set_tc_ingress(s, false);
	return rc;
}

int apply_dry_run(struct state *s, const struct ruleset *rs, char **err)
{
	_cleanup_(change_free) struct change ch = { .live = live_none(), .c = candidate_none(rs) };
	bool unchanged;
	int rc = change_begin(s, rs, 0, &ch, &unchanged, err);

	if (rc || unchanged)
		return rc;
	(void)take_slot(&ch);
	rc = prepare(s, &ch.c, &ch.old, &ch.live, false, err);
	if (!rc)
		keep_live_sets(s, &ch.live);
	return rc;
}
