/* SPDX-License-Identifier: GPL-2.0 */
/* The programs of a ruleset, and its tables. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "fail.h"
#include "job.h"
#include "object.h"
#include "programs.h"
#include "fw_tc_judge.skel.h"
#include "fw_xdp_judge.skel.h"

struct loaded loaded_none(void)
{
	return (struct loaded){ .maps = ruleset_maps_none(),
				.core = core_none(),
				.told = { -1 },
				.xdp_judge = -1,
				.tc_judge = -1,
				.xdp_trial = -1,
				.tc_trial = -1 };
}

void loaded_close(struct loaded *l)
{
	ruleset_maps_close(&l->maps);
	core_close(&l->core);
	cleanup_close_fn(&l->told.fd);
	cleanup_close_fn(&l->xdp_judge);
	cleanup_close_fn(&l->tc_judge);
	cleanup_close_fn(&l->xdp_trial);
	cleanup_close_fn(&l->tc_trial);
	*l = loaded_none();
}

int judges_place(const struct loaded *l, const struct instance_maps *m, __u32 slot)
{
	int rc = 0;

	if (l->xdp_judge >= 0)
		rc = fw_programs_xdp_put(m->fw_programs_xdp, program_judge(slot), l->xdp_judge);
	if (!rc && l->tc_judge >= 0) /* one for both directions, and in both arrays */
		rc = fw_programs_out_put(m->fw_programs_out, program_judge(slot), l->tc_judge)
			     ?: fw_programs_in_put(m->fw_programs_in, program_judge(slot), l->tc_judge);
	return rc;
}

int loaded_place(const struct loaded *l, const struct instance_maps *m, __u32 slot)
{
	int rc = fw_settings_put(l->told, &l->settings);

	if (!rc && l->core.rules)
		rc = core_place(&l->core, m, slot);
	return rc ?: judges_place(l, m, slot);
}

#define FILL(map, array, n)                                                          \
	({                                                                           \
		int rc_ = 0;                                                         \
		if (n) {                                                             \
			__typeof__(map##_map(m->map, n)) at_ = map##_map(m->map, n); \
			if (at_)                                                     \
				memcpy(at_, array, sizeof(*at_) * (n));              \
			else                                                         \
				rc_ = -errno;                                        \
			map##_unmap(at_, n);                                         \
		}                                                                    \
		rc_;                                                                 \
	})

static int fill_tables(const struct ruleset_maps *m, const struct tables *t)
{
	int rc = FILL(fw_cells, t->cells, t->ncells);

	rc = rc ?: FILL(fw_words, t->words, t->nwords);
	rc = rc ?: FILL(fw_trie, t->trie, t->ntrie);
	rc = rc ?: FILL(fw_nodes, t->nodes, t->nnodes);
	rc = rc ?: FILL(fw_leaves, t->leaves, t->nleaves);
	rc = rc ?: FILL(fw_actions, t->actions, t->nactions);
	for (size_t i = 0; !rc && i < t->nmacs; i++)
		rc = fw_macs_put(m->fw_macs, &t->macs[i].key, &t->macs[i].value);
	return rc;
}

static int fill_text(const struct ruleset_maps *m, const struct load_request *rq)
{
	size_t n = text_blocks(rq->info.text_length);
	struct text_block *text;
	int rc = fw_ruleset_put(m->fw_ruleset, &rq->info);

	if (rc || !n)
		return rc;
	text = fw_text_map(m->fw_text, n);
	if (!text)
		return -errno;
	memcpy(text, rq->text, rq->info.text_length);
	fw_text_unmap(text, n);
	return 0;
}

/* Rules with `log every` begin anew. */
static int fill_log_seen(const struct slot_maps *m, const struct tables *t)
{
	struct log_seen *seen = t->nactions ? fw_log_seen_map(m->fw_log_seen, t->nactions) : NULL;

	if (t->nactions && !seen)
		return -errno;
	for (size_t i = 0; i < t->nactions; i++)
		seen[i] = (struct log_seen){ .packets = 0, .every = t->actions[i].log_every };
	fw_log_seen_unmap(seen, t->nactions);
	return 0;
}

static struct settings complete_settings(const struct load_request *rq)
{
	const struct image_cfg *image = rq->tables->cfg.image;
	struct settings s = rq->settings;

	s.policy = rq->tables->cfg.policy;
	s.build = core_build();
	s.stateful |= rq->tables->stateful;
	s.per_packet = image[IMAGE_PACKET].dims != 0;
	s.macs = !!(image[IMAGE_PACKET].dims & (1u << DIM_MAC_FROM | 1u << DIM_MAC_TO));
	for (int i = 0; i < IMAGE_COUNT; i++)
		s.sets |= image[i].sets > 0;
	s.kind = s.per_packet ? RULES_PER_PACKET : s.stateful ? RULES_STATEFUL : RULES_STATELESS;
	return s;
}

struct bpf_object *programs_object_open(void)
{
	size_t size;
	const void *bytes = fw_xdp_judge_bpf__elf_bytes(&size);

	return bpf_object__open_mem(bytes, size, NULL);
}

struct ruleset_job {
	const struct load_request *rq;
	const struct core *core;
	struct program_cfg cfg;
	struct judge_cfg rules;
	struct loaded *l;
};

static struct plumbing plumbing_of(const struct ruleset_job *j)
{
	return (struct plumbing){ .instance = (struct instance_maps *)j->rq->instance,
				  .ruleset = &j->l->maps,
				  .slot = (struct slot_maps *)&j->core->maps,
				  .replay = (struct replay_maps *)j->rq->replay,
				  .rq = j->rq };
}

static int load_xdp(void *arg)
{
	const struct ruleset_job *j = (const struct ruleset_job *)arg;
	const struct plumbing p = plumbing_of(j);
	struct fw_xdp_judge_bpf *skel = fw_xdp_judge_bpf__open();
	int rc;

	if (!skel)
		return -errno;
	memcpy((void *)&skel->rodata->fw_cfg, &j->cfg, sizeof(j->cfg));
	memcpy((void *)&skel->rodata->fw_rules, &j->rules, sizeof(j->rules));
	if (j->cfg.frags)
		bpf_program__set_flags(skel->progs.fw_xdp_judge, BPF_F_XDP_HAS_FRAGS);
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_xdp_judge_bpf__load(skel);
	if (!rc) {
		j->l->xdp_judge = keep_fd(bpf_program__fd(skel->progs.fw_xdp_judge));
		j->l->xdp_trial = keep_fd(bpf_program__fd(skel->progs.fw_xdp_trial));
		rc = j->l->xdp_judge < 0 ? j->l->xdp_judge : j->l->xdp_trial < 0 ? j->l->xdp_trial : 0;
	}
	fw_xdp_judge_bpf__destroy(skel);
	return rc;
}

static int load_tc(void *arg)
{
	const struct ruleset_job *j = (const struct ruleset_job *)arg;
	const struct plumbing p = plumbing_of(j);
	struct fw_tc_judge_bpf *skel = fw_tc_judge_bpf__open();
	int rc;

	if (!skel)
		return -errno;
	memcpy((void *)&skel->rodata->fw_cfg, &j->cfg, sizeof(j->cfg));
	memcpy((void *)&skel->rodata->fw_rules, &j->rules, sizeof(j->rules));
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_tc_judge_bpf__load(skel);
	if (!rc) {
		j->l->tc_judge = keep_fd(bpf_program__fd(skel->progs.fw_tc_judge));
		j->l->tc_trial = keep_fd(bpf_program__fd(skel->progs.fw_tc_trial));
		rc = j->l->tc_judge < 0 ? j->l->tc_judge : j->l->tc_trial < 0 ? j->l->tc_trial : 0;
	}
	fw_tc_judge_bpf__destroy(skel);
	return rc;
}

/* The programs keep what user space reads: from a live program all of its ruleset can be found. */
static int bind_maps(const struct loaded *l, const struct core *core)
{
	const int maps[] = { l->maps.fw_ruleset.fd, l->maps.fw_text.fd, l->maps.fw_actions.fd, core->maps.fw_counts.fd };
	const int programs[] = { l->xdp_judge, l->tc_judge };

	for (size_t i = 0; i < ARRAY_COUNT(maps) * ARRAY_COUNT(programs); i++) {
		int prog = programs[i / ARRAY_COUNT(maps)];
		int rc = prog < 0 ? 0 : bpf_prog_bind_map(prog, maps[i % ARRAY_COUNT(maps)], NULL);

		if (rc)
			return rc;
	}
	return 0;
}

static unsigned int hooks_of(const struct load_request *rq) { return rq->hooks ? rq->hooks : LOAD_ALL; }

static int load_judges(const struct load_request *rq, const struct core *core, struct loaded *l, char **err)
{
	struct ruleset_job job = { .rq = rq, .core = core, .cfg = rq->cfg, .rules = { .rules = rq->tables->cfg }, .l = l };
	struct job jobs[] = {
		{ .run = load_xdp, .arg = &job, .what = "XDP program of the rules", .wanted = hooks_of(rq) & LOAD_XDP },
		{ .run = load_tc, .arg = &job, .what = "TC program of the rules", .wanted = hooks_of(rq) & (LOAD_OUT | LOAD_IN) },
	};

	job.cfg.replay = rq->replay != NULL;
	job.cfg.frags = kernel_has_frags();
	for (int i = 0; i < IMAGE_COUNT; i++)
		job.rules.roots[i] = image_roots(&rq->tables->cfg.image[i]);
	return jobs_run(jobs, ARRAY_COUNT(jobs), err);
}

static int own_core(const struct load_request *rq, struct core *out, char **err)
{
	const struct core_request core = { .instance = rq->instance,
					   .replay = rq->replay,
					   .cfg = rq->cfg,
					   .rules = (__u32)rq->tables->nactions,
					   .hooks = hooks_of(rq) };

	return rq->core ? 0 : cores_load(&core, 1, out, err);
}

int programs_load(const struct load_request *rq, struct loaded *out, char **err)
{
	_cleanup_loaded_ struct loaded l = loaded_none();
	const struct core *core = rq->core ? rq->core : &l.core;
	int rc = own_core(rq, &l.core, err);

	rc = rc ?: ruleset_maps_create(rq, &l.maps, err);
	rc = rc ?: load_judges(rq, core, &l, err);
	if (rc)
		return rc;
	l.settings = complete_settings(rq);
	l.told.fd = keep_fd(core->maps.fw_settings.fd);
	rc = l.told.fd < 0 ? l.told.fd : 0;
	rc = rc ?: fill_tables(&l.maps, rq->tables);
	rc = rc ?: fill_text(&l.maps, rq);
	rc = rc ?: fill_log_seen(&core->maps, rq->tables);
	rc = rc ?: bind_maps(&l, core);
	if (rc)
		return FAIL(err, rc, "rule tables: %s", strerror(-rc));
	*out = l;
	l = loaded_none();
	return 0;
}
