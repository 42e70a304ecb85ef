/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "classify.h"
#include "fail.h"
#include "linear.h"
#include "selftest_impl.h"
#include "sets.h"

enum {
	READS = 128, /* rules that are read for a packet */
	MACS = 64,   /* MAC addresses that are looked up in the kernel */
};

/* --- one packet ----------------------------------------------------------------------------------- */

/* Is the address in the set? The sets of the rule that the packet was made from hold all, others none: what is in them live may change. */
static bool in_set(const struct tester *x, __u16 number)
{
	const struct rule *r = x->at->rule == SELFTEST_NO_RULE ? NULL : &x->rs->rules[x->at->rule];

	return r && ((r->from.addr.set >= 0 && x->names->set(x->names->arg, (size_t)r->from.addr.set) == number) ||
		     (r->to.addr.set >= 0 && x->names->set(x->names->arg, (size_t)r->to.addr.set) == number));
}

static bool in_set_by_number(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	(void)type;
	(void)family;
	(void)a;
	return in_set((const struct tester *)arg, set);
}

static bool in_set_by_index(void *arg, size_t set, enum family family, const addr_t *a)
{
	const struct tester *x = (const struct tester *)arg;
	__u16 number = x->names->set(x->names->arg, set);

	return x->instance ? set_contains(x->instance, number, x->rs->sets[set].type, family, a) : in_set(x, number);
}

static bool matches(struct tester *x, size_t rule)
{
	const struct linear_sets sets = { in_set_by_index, x };
	const struct probe *p = &x->at->probe;

	return rule_matches(x->rs, &x->rs->rules[rule], &p->packet, p->direction, probe_iface(p), &sets);
}

/* Does the rule match, or where it is none the default decide, and no rule before it, as far as those are read? */
static bool is_first(struct tester *x, rule_id_t rule)
{
	size_t n = rule_is_none(rule) ? x->rs->nrules : rule.raw, step = n / READS + 1;

	if (!rule_is_none(rule) && (rule.raw >= x->rs->nrules || !matches(x, rule.raw)))
		return false;
	if (x->at->rule < n && matches(x, x->at->rule))
		return false;
	for (size_t i = 0; i < n; i += step)
		if (matches(x, i))
			return false;
	return true;
}

/* What the rules say, that one being the first which matches. */
static judged_t judged_by_rules(const struct ruleset *rs, enum direction d, rule_id_t rule)
{
	const struct rule *r;

	if (rule_is_none(rule))
		return judged_make(d, rs->defaults.verdict[d], rule, rs->defaults.stateless[d]);
	r = &rs->rules[rule.raw];
	return decision_judged(decision_make(r->verdict, rule, r->stateless && r->verdict == VERDICT_PASS, r->log_every > 0), d);
}

int selftest_fault(const struct tester *x, const char *said, char **err)
{
	const struct probe *p = &x->at->probe;
	_cleanup_strbuf_ struct strbuf words = { NULL, 0, 0 };

	if (p->packet.status == STATUS_OK)
		probe_print(p, &words);
	else
		strbuf_add(&words, "%s, %s", direction_text(p->direction), status_text((enum status)p->packet.status));
	return FAIL(err, -EBADMSG, "self-test of the new rules: '%s': their %s %s, the rules otherwise (" SELFTEST_WAY_OUT ")",
		    words.str, x->who, said);
}

int selftest_said(struct tester *x, judged_t j, char **err)
{
	const rule_id_t rule = judged_rule(j);
	char said[64] = "say default";

	if (is_first(x, rule) && j.raw == judged_by_rules(x->rs, x->at->probe.direction, rule).raw)
		return 0;
	if (!rule_is_none(rule))
		snprintf(said, sizeof(said), "say %s by rule %u", verdict_text(judged_verdict(j)), rule.raw + 1);
	return selftest_fault(x, said, err);
}

iface_id_t selftest_iface(const struct tester *x)
{
	const char *on = probe_iface(&x->at->probe);

	return on ? x->names->iface(x->names->arg, on) : (iface_id_t){ IFACE_NONE };
}

static int test_packet(struct tester *x, const struct tables *t, char **err)
{
	const struct probe *p = &x->at->probe;
	judged_t j;

	if (tables_judge(t, &p->packet, p->direction, selftest_iface(x), &j))
		return selftest_fault(x, "contradict themselves", err);
	return selftest_said(x, j, err);
}

int selftest_tables(const struct ruleset *rs, const struct compile_names *names, const struct tables *t, char **err)
{
	_cleanup_free_ struct selftest_packet *packets = (struct selftest_packet *)xcalloc(SELFTEST_PACKETS, sizeof(*packets));
	size_t n = selftest_packets(rs, packets);
	struct tester x = { .rs = rs, .names = names, .who = "tables" };
	struct tables walked = *t;
	int rc = 0;

	walked.set_contains = in_set_by_number;
	walked.set_arg = &x;
	for (size_t i = 0; !rc && i < n; i++) {
		x.at = &packets[i];
		rc = test_packet(&x, &walked, err);
	}
	return rc;
}

/* --- the tables in the kernel -------------------------------------------------------------------- */

#define MAP_TABLE(maps, map, t, array)                                                     \
	({                                                                                 \
		(t)->array = (t)->n##array ? map##_map((maps)->map, (t)->n##array) : NULL; \
		(t)->n##array && !(t)->array ? -errno : 0;                                 \
	})

/* Classes of MAC addresses as the kernel's hash has them: of all, or of so many between the first and the last. */
static void read_macs(const struct ruleset_maps *m, const struct tables *from, struct tables *out)
{
	size_t step = from->nmacs / MACS + 1;

	out->macs = (struct mac_entry *)xcalloc(from->nmacs, sizeof(*from->macs));
	if (from->nmacs)
		memcpy(out->macs, from->macs, from->nmacs * sizeof(*from->macs));
	for (size_t i = 0; i < from->nmacs; i += step)
		if (fw_macs_get(m->fw_macs, &from->macs[i].key, &out->macs[i].value))
			out->macs[i].value.class = MAC_CLASS_OTHER;
}

/* What the programs walk: the arrays are the maps' memory, but for that of MAC addresses. To be unmapped also on error. */
static int kernel_map(const struct ruleset_maps *m, const struct tables *from, struct tables *out)
{
	int rc;

	*out = (struct tables){ .cfg = from->cfg,
				.ncells = from->ncells,
				.nwords = from->nwords,
				.ntrie = from->ntrie,
				.nnodes = from->nnodes,
				.nleaves = from->nleaves,
				.nmacs = from->nmacs };
	rc = MAP_TABLE(m, fw_cells, out, cells);
	rc = rc ?: MAP_TABLE(m, fw_words, out, words);
	rc = rc ?: MAP_TABLE(m, fw_trie, out, trie);
	rc = rc ?: MAP_TABLE(m, fw_nodes, out, nodes);
	rc = rc ?: MAP_TABLE(m, fw_leaves, out, leaves);
	read_macs(m, from, out);
	return rc;
}

static void kernel_unmap(struct tables *t)
{
	fw_cells_unmap(t->cells, t->ncells);
	fw_words_unmap(t->words, t->nwords);
	fw_trie_unmap(t->trie, t->ntrie);
	fw_nodes_unmap(t->nodes, t->nnodes);
	fw_leaves_unmap(t->leaves, t->nleaves);
	free(t->macs);
}

/* --- the programs --------------------------------------------------------------------------------- */

static int map_id(int fd, __u32 *out)
{
	struct bpf_map_info info;
	__u32 len = sizeof(info);
	int rc;

	memset(&info, 0, sizeof(info));
	rc = bpf_obj_get_info_by_fd(fd, &info, &len);
	*out = info.id;
	return rc ? -errno : 0;
}

/* Does the program use all of the maps? 1, 0, or a negative errno. */
static int program_uses(int prog, const __u32 *maps, size_t n)
{
	struct bpf_prog_info info;
	__u32 ids[64] = { 0 }, len = sizeof(info);
	size_t used = 0;

	memset(&info, 0, sizeof(info));
	info.map_ids = (__u64)(uintptr_t)ids;
	info.nr_map_ids = ARRAY_COUNT(ids);
	if (bpf_obj_get_info_by_fd(prog, &info, &len))
		return -errno;
	for (size_t i = 0; i < info.nr_map_ids && i < ARRAY_COUNT(ids); i++)
		for (size_t k = 0; k < n; k++)
			used += ids[i] == maps[k];
	return used == n;
}

/* Each program that is there has to use the tables that were filled. */
static int test_programs(const struct loaded *l, char **err)
{
	const struct ruleset_maps *m = &l->maps;
	const int programs[] = { l->xdp_judge, l->xdp_trial, l->tc_judge, l->tc_trial };
	const int tables[] = { m->fw_cells.fd, m->fw_words.fd, m->fw_trie.fd, m->fw_nodes.fd, m->fw_leaves.fd };
	__u32 ids[ARRAY_COUNT(tables)];
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_COUNT(tables); i++)
		rc = map_id(tables[i], &ids[i]);
	for (size_t i = 0; !rc && i < ARRAY_COUNT(programs); i++) {
		rc = programs[i] < 0 ? 1 : program_uses(programs[i], ids, ARRAY_COUNT(ids));
		if (!rc)
			return FAIL(err, -EBADMSG,
				    "self-test of the new rules: a program does not use their tables (" SELFTEST_WAY_OUT ")");
		rc = rc < 0 ? rc : 0;
	}
	return rc ? FAIL(err, rc, "self-test of the new rules: %s", strerror(-rc)) : 0;
}

/* What the programs beside the rules' are told. */
static int test_settings(const struct selftest *t, char **err)
{
	if (!memcmp(&t->loaded->settings.policy, &t->tables->cfg.policy, sizeof(t->tables->cfg.policy)))
		return 0;
	return FAIL(err, -EBADMSG, "self-test of the new rules: the defaults beside them are not theirs (" SELFTEST_WAY_OUT ")");
}

int selftest(const struct selftest *t, char **err)
{
	_cleanup_(kernel_unmap) struct tables kernel;
	int rc = kernel_map(&t->loaded->maps, t->tables, &kernel);

	if (rc)
		return FAIL(err, rc, "self-test of the new rules: %s", strerror(-rc));
	rc = test_settings(t, err);
	rc = rc ?: test_programs(t->loaded, err);
	rc = rc ?: selftest_tables(t->rs, t->names, &kernel, err);
	return rc ?: selftest_run(t, err);
}
