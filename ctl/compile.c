/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "../shared/flow.h"
#include "compile_impl.h"
#include "fail.h"
#include "fields.h"
#include "util.h"

/* On other verdicts the word has no effect. */
static bool is_stateless(const struct rule *r) { return r->stateless && r->verdict == VERDICT_PASS; }

/* What is done at each place, where classification finds it. Where no rule stands, 0. */
static __u32 compile_decisions(struct compiler *c)
{
	_cleanup_free_ decision_t *v = (decision_t *)xcalloc(c->order.places, sizeof(*v));

	for (size_t i = 0; i < c->rs->nrules; i++) {
		const struct rule *r = &c->rs->rules[i];

		v[c->order.place[i]] = decision_make(r->verdict, (rule_id_t){ (__u32)i }, is_stateless(r), r->log_every);
	}
	return blocks_append(&c->words, v, c->order.places);
}

static void compile_actions(const struct ruleset *rs, struct tables *out)
{
	out->nactions = rs->nrules;
	out->actions = (struct rule_action *)xcalloc(rs->nrules, sizeof(*out->actions));
	for (size_t i = 0; i < rs->nrules; i++) {
		const struct rule *r = &rs->rules[i];

		out->actions[i].verdict = (__u8)r->verdict;
		if (is_stateless(r))
			out->actions[i].flags = ACTION_STATELESS;
		out->actions[i].log_every = r->log_every;
		if (r->log_every)
			out->actions[i].flags |= ACTION_LOG;
		out->logs |= r->log_every > 0;
	}
}

static struct policy_cfg policy_of(const struct defaults *d)
{
	struct policy_cfg p = { .nonip = (__u8)d->nonip, .nd_by_rules = d->nd_by_rules };

	for (unsigned int dir = 0; dir < DIRECTION_COUNT; dir++) {
		p.verdict[dir] = (__u8)d->verdict[dir];
		p.stateless[dir] = d->stateless[dir];
		p.malformed[dir] = (__u8)(d->malformed_given ? d->malformed : d->verdict[dir]);
	}
	return p;
}

/* Small numbers are handed over in lines of 64 bytes: zeros up to the end of the last one. */
static void fill_line(struct blocks *b)
{
	static const __u32 zeros[16] = { 0 };
	size_t per_line = sizeof(zeros) / b->elem;

	if (b->n % per_line)
		blocks_append(b, zeros, per_line - b->n % per_line);
}

static int hand_over(struct compiler *c, struct tables *out)
{
	fill_line(&c->cells);
	fill_line(&c->words);
	if (c->cells.overflow || c->words.overflow || c->trie.overflow || c->nodes.overflow || c->leaves.overflow ||
	    c->macs.overflow)
		return FAIL(c->err, -E2BIG, "the rules' tables are too large");
	out->cells = (struct cells *)blocks_take(&c->cells, &out->ncells);
	out->ncells /= 32;
	out->words = (struct words *)blocks_take(&c->words, &out->nwords);
	out->nwords /= 16;
	out->trie = (struct trie_node *)blocks_take(&c->trie, &out->ntrie);
	out->nodes = (struct node *)blocks_take(&c->nodes, &out->nnodes);
	out->leaves = (struct leaf *)blocks_take(&c->leaves, &out->nleaves);
	out->macs = (struct mac_entry *)blocks_take(&c->macs, &out->nmacs);
	compile_actions(c->rs, out);
	out->stateful = ruleset_keeps_state(c->rs);
	return 0;
}

static void compiler_init(struct compiler *c)
{
	c->cells = BLOCKS(__u16);
	c->words = BLOCKS(__u32);
	c->trie = BLOCKS(struct trie_node);
	c->nodes = BLOCKS(struct node);
	c->leaves = BLOCKS(struct leaf);
	c->macs = BLOCKS(struct mac_entry);
	c->classes = BLOCKS(struct node);
	order_rules(c->rs, &c->order);
	bittree_init(&c->tree, c->order.places, &c->leaves, &c->nodes);
	c->image = (__u8 *)xcalloc(c->rs->nrules, 1);
	c->families = (__u8 *)xcalloc(c->rs->nrules, 1);
	for (size_t i = 0; i < c->rs->nrules; i++) {
		c->image[i] = (__u8)rule_image(&c->rs->rules[i]);
		c->families[i] = (__u8)rule_families(&c->rs->rules[i]);
	}
}

static void compiler_free(struct compiler *c)
{
	struct blocks *all[] = { &c->cells, &c->words, &c->trie, &c->nodes, &c->leaves, &c->macs, &c->classes };

	for (size_t i = 0; i < ARRAY_COUNT(all); i++)
		blocks_free(all[i]);
	bittree_free(&c->tree);
	order_free(&c->order);
	fold_free(&c->fold);
	events_free(&c->events);
	intervals_free(&c->intervals);
	ranges_free(&c->ranges);
	free(c->image);
	free(c->families);
}

int compile(const struct ruleset *rs, const struct compile_names *names, struct tables *out, char **err)
{
	_cleanup_(compiler_free) struct compiler c = { .rs = rs, .names = names, .err = err };
	int error;

	memset(out, 0, sizeof(*out));
	if (rs->nrules > RULE_MAX)
		return FAIL(err, -E2BIG, "%zu rules; at most %u are possible", rs->nrules, RULE_MAX);
	compiler_init(&c);
	out->cfg.rules = (__u32)rs->nrules;
	out->cfg.levels = c.tree.levels;
	out->cfg.leaves = c.tree.nwords / LEAF_WORDS < 64 ? (__u32)(c.tree.nwords / LEAF_WORDS) : 64;
	out->cfg.policy = policy_of(&rs->defaults);
	for (unsigned int i = 0; i < IMAGE_COUNT; i++) {
		error = compile_image(&c, (enum image)i, &out->cfg.image[i]);
		if (error) {
			memset(out, 0, sizeof(*out));
			return error;
		}
	}
	out->cfg.trie_depth = c.trie_depth;
	out->cfg.decisions = compile_decisions(&c);
	error = c.trie_depth <= TRIE_DEPTH_MAX
			? hand_over(&c, out)
			: FAIL(err, -E2BIG, "the rules' addresses take a search of %u steps; at most %d are possible",
			       c.trie_depth, TRIE_DEPTH_MAX);
	if (error)
		memset(out, 0, sizeof(*out));
	return error;
}
