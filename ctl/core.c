/* SPDX-License-Identifier: GPL-2.0 */
/* The programs of a slot: the short way and the long way (shared/hook.h). */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "fail.h"
#include "job.h"
#include "object.h"
#include "programs.h"
#include "fw_tc.skel.h"
#include "fw_xdp.skel.h"

struct core core_none(void)
{
	return (struct core){ .maps = slot_maps_none(), .xdp = -1, .out = -1, .in = -1, .xdp_long = -1, .tc_long = -1 };
}

void core_close(struct core *c)
{
	slot_maps_close(&c->maps);
	cleanup_close_fn(&c->xdp);
	cleanup_close_fn(&c->out);
	cleanup_close_fn(&c->in);
	cleanup_close_fn(&c->xdp_long);
	cleanup_close_fn(&c->tc_long);
	*c = core_none();
}

/* FNV-1a, but eight bytes at a time: each apply hashes two objects. */
static __u64 fold_bytes(__u64 hash, const void *bytes, size_t n)
{
	const char *p = (const char *)bytes;

	while (n) {
		size_t k = n < sizeof(__u64) ? n : sizeof(__u64);
		__u64 word = 0;

		memcpy(&word, p, k);
		hash = (hash ^ word) * 0x100000001b3;
		p += k;
		n -= k;
	}
	return hash;
}

__u64 core_build(void)
{
	static __u64 known;
	const void *bytes;
	size_t n;

	if (known)
		return known;
	bytes = fw_xdp_bpf__elf_bytes(&n);
	known = fold_bytes(0xcbf29ce484222325, bytes, n);
	bytes = fw_tc_bpf__elf_bytes(&n);
	known = fold_bytes(known, bytes, n);
	return known;
}

/* --- loading -------------------------------------------------------------------------------------- */

struct core_job {
	const struct core_request *rq;
	struct program_cfg cfg;
	struct core *c;
};

static struct plumbing plumbing_of(const struct core_job *j)
{
	return (struct plumbing){ .instance = (struct instance_maps *)j->rq->instance,
				  .slot = &j->c->maps,
				  .replay = (struct replay_maps *)j->rq->replay };
}

static int load_xdp(void *arg)
{
	const struct core_job *j = (const struct core_job *)arg;
	const struct plumbing p = plumbing_of(j);
	struct fw_xdp_bpf *skel = fw_xdp_bpf__open();
	int rc;

	if (!skel)
		return -errno;
	memcpy((void *)&skel->rodata->fw_cfg, &j->cfg, sizeof(j->cfg));
	if (j->cfg.frags) {
		bpf_program__set_flags(skel->progs.fw_xdp, BPF_F_XDP_HAS_FRAGS);
		bpf_program__set_flags(skel->progs.fw_xdp_long, BPF_F_XDP_HAS_FRAGS);
	}
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_xdp_bpf__load(skel);
	if (!rc) {
		j->c->xdp = keep_fd(bpf_program__fd(skel->progs.fw_xdp));
		j->c->xdp_long = keep_fd(bpf_program__fd(skel->progs.fw_xdp_long));
		rc = j->c->xdp < 0 ? j->c->xdp : j->c->xdp_long < 0 ? j->c->xdp_long : 0;
	}
	fw_xdp_bpf__destroy(skel);
	return rc;
}

/* A descriptor of our own for a program of the object, -1 for one that is not wanted. */
static int keep_program(const struct bpf_program *prog)
{
	return bpf_program__autoload(prog) ? keep_fd(bpf_program__fd(prog)) : -1;
}

static int load_tc(void *arg)
{
	const struct core_job *j = (const struct core_job *)arg;
	const struct plumbing p = plumbing_of(j);
	struct fw_tc_bpf *skel = fw_tc_bpf__open();
	int rc;

	if (!skel)
		return -errno;
	memcpy((void *)&skel->rodata->fw_cfg, &j->cfg, sizeof(j->cfg));
	bpf_program__set_autoload(skel->progs.fw_tc_out, j->rq->hooks & LOAD_OUT);
	bpf_program__set_autoload(skel->progs.fw_tc_in, j->rq->hooks & LOAD_IN);
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_tc_bpf__load(skel);
	if (!rc) {
		j->c->out = keep_program(skel->progs.fw_tc_out);
		j->c->in = keep_program(skel->progs.fw_tc_in);
		j->c->tc_long = keep_fd(bpf_program__fd(skel->progs.fw_tc_long));
		rc = j->c->out < -1 ? j->c->out : j->c->in < -1 ? j->c->in : j->c->tc_long < 0 ? j->c->tc_long : 0;
	}
	fw_tc_bpf__destroy(skel);
	return rc;
}

/* How many rules a slot can count at the least. More are rare: for them its programs are loaded anew, with room to spare. */
enum { CORE_RULES = 4096 };

static __u32 room_for(__u32 rules)
{
	__u32 room = CORE_RULES;

	while (room < rules)
		room += room / 4;
	return room;
}

enum { CORE_JOBS = 2 }; /* of a slot: XDP and TC */

static int load_programs(const struct core_request *rq, size_t n, struct core *cores, char **err)
{
	struct core_job args[PROGRAM_SLOTS];
	struct job jobs[PROGRAM_SLOTS * CORE_JOBS];

	for (size_t i = 0; i < n; i++) {
		args[i] = (struct core_job){ &rq[i], rq[i].cfg, &cores[i] };
		args[i].cfg.replay = rq[i].replay != NULL;
		args[i].cfg.frags = kernel_has_frags();
		jobs[CORE_JOBS * i] = (struct job){
			.run = load_xdp, .arg = &args[i], .what = "XDP program", .wanted = rq[i].hooks & LOAD_XDP
		};
		jobs[CORE_JOBS * i + 1] = (struct job){
			.run = load_tc, .arg = &args[i], .what = "TC program", .wanted = rq[i].hooks & (LOAD_OUT | LOAD_IN)
		};
	}
	return jobs_run(jobs, n * CORE_JOBS, err);
}

/* Before any ruleset fills in the rest: core_open() reads it in a slot that had none yet. */
static int tell_build(const struct core *c, char **err)
{
	const struct settings first = { .build = c->build };
	int rc = fw_settings_put(c->maps.fw_settings, &first);

	return rc ? FAIL(err, rc, "settings of rules: %s", strerror(-rc)) : 0;
}

int cores_load(const struct core_request *rq, size_t n, struct core *out, char **err)
{
	struct core cores[PROGRAM_SLOTS] = { core_none(), core_none() };
	int rc = 0;

	_Static_assert(PROGRAM_SLOTS == 2, "none of each");
	if (n > PROGRAM_SLOTS)
		return -EINVAL;
	for (size_t i = 0; !rc && i < n; i++) {
		cores[i].rules = room_for(rq[i].rules);
		cores[i].build = core_build();
		rc = slot_maps_create(cores[i].rules, &cores[i].maps, err);
		rc = rc ?: tell_build(&cores[i], err);
	}
	rc = rc ?: load_programs(rq, n, cores, err);
	for (size_t i = 0; i < n; i++) {
		if (rc)
			core_close(&cores[i]);
		out[i] = cores[i];
	}
	return rc;
}

/* --- in its slot ---------------------------------------------------------------------------------- */

/* Puts a program in its place; where there is none (prog < 0) the place is emptied. */
#define PUT(map, m, place, prog)                                                                             \
	({                                                                                                   \
		int rc_ = (prog) >= 0 ? map##_put((m)->map, (place), (prog)) : map##_del((m)->map, (place)); \
		(prog) < 0 && rc_ == -ENOENT ? 0 : rc_;                                                      \
	})

/*
 * All programs of a slot use the same maps. Should this process be killed half-way, old and new ones would be mixed: so the program that
 * core_open() goes by is taken out first and put in last, and until then the slot counts as empty. TC has one long way for both directions;
 * it is in both arrays.
 */
int core_place(const struct core *c, const struct instance_maps *m, __u32 slot)
{
	int rc = PUT(fw_programs_xdp, m, program_long(slot), -1);

	rc = rc ?: PUT(fw_programs_out, m, program_long(slot), c->tc_long);
	rc = rc ?: PUT(fw_programs_in, m, program_long(slot), c->tc_long);
	rc = rc ?: PUT(fw_programs_out, m, slot, c->out);
	rc = rc ?: PUT(fw_programs_in, m, slot, c->in);
	rc = rc ?: PUT(fw_programs_xdp, m, slot, c->xdp);
	return rc ?: PUT(fw_programs_xdp, m, program_long(slot), c->xdp_long);
}

/* A descriptor of the program at a place, -1 where there is none. */
#define PROGRAM_AT(map, m, place)                                                    \
	({                                                                           \
		__u32 id_;                                                           \
		map##_id((m)->map, (place), &id_) ? -1 : bpf_prog_get_fd_by_id(id_); \
	})

static struct core take(struct core *c)
{
	const struct core taken = *c;

	*c = core_none();
	return taken;
}

int core_open(const struct instance_maps *m, __u32 slot, struct core *out)
{
	_cleanup_core_ struct core c = core_none();
	struct bpf_map_info info;
	__u32 len = sizeof(info);
	struct settings told;
	int rc;

	c.xdp = PROGRAM_AT(fw_programs_xdp, m, slot);
	c.out = PROGRAM_AT(fw_programs_out, m, slot);
	c.in = PROGRAM_AT(fw_programs_in, m, slot);
	c.xdp_long = PROGRAM_AT(fw_programs_xdp, m, program_long(slot));
	c.tc_long = PROGRAM_AT(fw_programs_out, m, program_long(slot));
	if (c.xdp_long < 0)
		return -ENOENT;
	rc = maps_of_program(c.xdp_long, &slot_group, &c.maps);
	if (rc || c.maps.fw_counts.fd < 0 || c.maps.fw_log_seen.fd < 0 || c.maps.fw_settings.fd < 0)
		return rc ? rc : -ENOENT;
	rc = fw_settings_get(c.maps.fw_settings, &told);
	if (rc)
		return rc;
	c.build = told.build;
	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(c.maps.fw_log_seen.fd, &info, &len))
		return -errno;
	c.rules = info.max_entries;
	*out = take(&c);
	return 0;
}

bool core_serves(const struct core *c, unsigned int hooks, __u32 rules)
{
	return c->build == core_build() && rules <= c->rules && (!(hooks & LOAD_XDP) || (c->xdp >= 0 && c->xdp_long >= 0)) &&
	       (!(hooks & LOAD_OUT) || c->out >= 0) && (!(hooks & LOAD_IN) || c->in >= 0) &&
	       (!(hooks & (LOAD_OUT | LOAD_IN)) || c->tc_long >= 0);
}
