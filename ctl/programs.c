/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "fail.h"
#include "object.h"
#include "programs.h"
#include "fw_tc.skel.h"
#include "fw_xdp.skel.h"

struct loaded loaded_none(void)
{
	return (struct loaded){ .maps = ruleset_maps_none(), .xdp = -1, .out = -1, .in = -1, .xdp_long = -1, .tc_long = -1 };
}

void loaded_close(struct loaded *l)
{
	ruleset_maps_close(&l->maps);
	cleanup_close_fn(&l->xdp);
	cleanup_close_fn(&l->out);
	cleanup_close_fn(&l->in);
	cleanup_close_fn(&l->xdp_long);
	cleanup_close_fn(&l->tc_long);
	l->xdp = l->out = l->in = l->xdp_long = l->tc_long = -1;
}

/* The second program first: where the first one is, there is the other. */
#define PLACE(map, m, slot, first, second) \
	((first) < 0 ? 0 : map##_put((m)->map, program_long(slot), second) ?: map##_put((m)->map, slot, first))

int loaded_place(const struct loaded *l, const struct instance_maps *m, __u32 slot)
{
	int rc = PLACE(fw_programs_xdp, m, slot, l->xdp, l->xdp_long);

	rc = rc ?: PLACE(fw_programs_out, m, slot, l->out, l->tc_long);
	return rc ?: PLACE(fw_programs_in, m, slot, l->in, l->tc_long);
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
	const struct epoch epoch = { .newest = rq->cfg.generation };
	size_t n = text_blocks(rq->info.text_length);
	struct text_block *text;
	int rc = fw_ruleset_put(m->fw_ruleset, &rq->info);

	rc = rc ?: fw_epoch_put(m->fw_epoch, &epoch);
	if (rc || !n)
		return rc;
	text = fw_text_map(m->fw_text, n);
	if (!text)
		return -errno;
	memcpy(text, rq->text, rq->info.text_length);
	fw_text_unmap(text, n);
	return 0;
}

static struct program_cfg complete_cfg(const struct load_request *rq)
{
	struct program_cfg cfg = rq->cfg;

	cfg.rules = rq->tables->cfg;
	for (int i = 0; i < IMAGE_COUNT; i++) {
		const struct image_cfg *image = &cfg.rules.image[i];

		cfg.roots[i] = image_roots(image);
		cfg.sets |= image->sets > 0;
	}
	cfg.replay = rq->replay != NULL;
	cfg.logs = rq->tables->logs;
	cfg.stateful |= rq->tables->stateful;
	cfg.frags = kernel_has_frags();
	return cfg;
}

struct bpf_object *xdp_object_open(void)
{
	size_t size;
	const void *bytes = fw_xdp_bpf__elf_bytes(&size);

	return bpf_object__open_mem(bytes, size, NULL);
}

static int load_xdp(const struct load_request *rq, struct loaded *l, const struct program_cfg *cfg)
{
	struct fw_xdp_bpf *skel = fw_xdp_bpf__open();
	struct plumbing p = { (struct instance_maps *)rq->instance, &l->maps, (struct replay_maps *)rq->replay, rq };
	int rc;

	if (!skel)
		return -errno;
	memcpy((void *)&skel->rodata->fw_cfg, cfg, sizeof(*cfg));
	if (cfg->frags) {
		bpf_program__set_flags(skel->progs.fw_xdp, BPF_F_XDP_HAS_FRAGS);
		bpf_program__set_flags(skel->progs.fw_xdp_long, BPF_F_XDP_HAS_FRAGS);
	}
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_xdp_bpf__load(skel);
	if (!rc) {
		l->xdp = keep_fd(bpf_program__fd(skel->progs.fw_xdp));
		l->xdp_long = keep_fd(bpf_program__fd(skel->progs.fw_xdp_long));
		rc = l->xdp < 0 ? l->xdp : l->xdp_long < 0 ? l->xdp_long : 0;
	}
	fw_xdp_bpf__destroy(skel);
	return rc;
}

static unsigned int hooks_of(const struct load_request *rq) { return rq->hooks ? rq->hooks : LOAD_ALL; }

/* A descriptor of our own for a program of the object, -1 for one that is not wanted. */
static int keep_program(const struct bpf_program *prog)
{
	return bpf_program__autoload(prog) ? keep_fd(bpf_program__fd(prog)) : -1;
}

static int load_tc(const struct load_request *rq, struct loaded *l, const struct program_cfg *cfg)
{
	struct fw_tc_bpf *skel = fw_tc_bpf__open();
	struct plumbing p = { (struct instance_maps *)rq->instance, &l->maps, (struct replay_maps *)rq->replay, rq };
	int rc;

	if (!skel)
		return -errno;
	memcpy((void *)&skel->rodata->fw_cfg, cfg, sizeof(*cfg));
	bpf_program__set_autoload(skel->progs.fw_tc_out, hooks_of(rq) & LOAD_OUT);
	bpf_program__set_autoload(skel->progs.fw_tc_in, hooks_of(rq) & LOAD_IN);
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_tc_bpf__load(skel);
	if (!rc) {
		l->out = keep_program(skel->progs.fw_tc_out);
		l->in = keep_program(skel->progs.fw_tc_in);
		l->tc_long = keep_fd(bpf_program__fd(skel->progs.fw_tc_long));
		rc = l->out < -1 ? l->out : l->in < -1 ? l->in : l->tc_long < 0 ? l->tc_long : 0;
	}
	fw_tc_bpf__destroy(skel);
	return rc;
}

/* The programs keep what user space reads: from a live program all of its ruleset can be found. */
static int bind_maps(const struct loaded *l)
{
	const int maps[] = { l->maps.fw_ruleset.fd, l->maps.fw_text.fd, l->maps.fw_actions.fd, l->maps.fw_counts.fd };
	const int programs[] = { l->xdp, l->out, l->in };

	for (size_t i = 0; i < ARRAY_COUNT(maps) * ARRAY_COUNT(programs); i++) {
		int prog = programs[i / ARRAY_COUNT(maps)];
		int rc = prog < 0 ? 0 : bpf_prog_bind_map(prog, maps[i % ARRAY_COUNT(maps)], NULL);

		if (rc)
			return rc;
	}
	return 0;
}

/* One object's load; the TC programs are verified while the XDP program is, which is most of the time that a load takes. */
struct job {
	const struct load_request *rq;
	const struct program_cfg *cfg;
	struct loaded *l;
	bool wanted;
	int (*load)(const struct load_request *rq, struct loaded *l, const struct program_cfg *cfg);
	const char *what;
	int rc;
	char why[256];
};

static void *job_run(void *arg)
{
	struct job *j = (struct job *)arg;

	object_error_clear();
	j->rc = j->wanted ? j->load(j->rq, j->l, j->cfg) : 0;
	if (j->rc)
		snprintf(j->why, sizeof(j->why), "%s", object_error(j->rc));
	return NULL;
}

static int load_programs(const struct load_request *rq, struct loaded *l, char **err)
{
	const struct program_cfg cfg = complete_cfg(rq);
	struct job xdp = { rq, &cfg, l, hooks_of(rq) & LOAD_XDP, load_xdp, "XDP", 0, "" };
	struct job tc = { rq, &cfg, l, hooks_of(rq) & (LOAD_OUT | LOAD_IN), load_tc, "TC", 0, "" };
	const struct job *failed;
	pthread_t thread;
	bool threaded = xdp.wanted && tc.wanted && !pthread_create(&thread, NULL, job_run, &tc);

	job_run(&xdp);
	if (threaded)
		pthread_join(thread, NULL);
	else
		job_run(&tc);
	failed = xdp.rc ? &xdp : tc.rc ? &tc : NULL;
	if (failed)
		return FAIL(err, failed->rc, "%s program: %s (fwctl -v shows the verifier's log)", failed->what, failed->why);
	return 0;
}

int programs_load(const struct load_request *rq, struct loaded *out, char **err)
{
	_cleanup_loaded_ struct loaded l = loaded_none();
	int rc = ruleset_maps_create(rq, &l.maps, err);

	rc = rc ?: load_programs(rq, &l, err);
	if (rc)
		return rc;
	rc = fill_tables(&l.maps, rq->tables);
	rc = rc ?: fill_text(&l.maps, rq);
	rc = rc ?: bind_maps(&l);
	if (rc)
		return FAIL(err, rc, "rule tables: %s", strerror(-rc));
	*out = l;
	l = loaded_none();
	return 0;
}
