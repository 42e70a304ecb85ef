/* SPDX-License-Identifier: GPL-2.0 */
/* What an instance has beside its rulesets: maps, clock, root programs. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "clock.h"
#include "contract.h"
#include "fail.h"
#include "object.h"
#include "programs.h"
#include "fw_clock.skel.h"
#include "fw_export.skel.h"
#include "fw_tc_root.skel.h"
#include "fw_xdp_root.skel.h"

#define EDGE_NS      200000   /* between two readings on either side of it */
#define EDGE_WAIT_NS 50000000 /* ticks are of 10 ms at most */

static int programs_array(const char *name)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, name, sizeof(__u32), sizeof(__u32), PROGRAM_PLACES, NULL);

	return fd < 0 ? -errno : fd;
}

struct bpf_object *maps_object(enum maps_object which)
{
	static struct fw_export_bpf *export;
	static struct bpf_object *programs;

	switch (which) {
	case MAPS_OF_PROGRAMS:
		if (!programs)
			programs = programs_object_open();
		return programs;
	case MAPS_OF_EXPORT:
		break;
	}
	if (!export)
		export = fw_export_bpf__open();
	return export ? export->obj : NULL;
}

int export_maps_create(__u32 buckets, struct export_maps *m, char **err)
{
	struct fw_export_bpf *skel = fw_export_bpf__open();
	int rc;

	if (!skel)
		return FAIL(err, -errno, "export: %s", strerror(errno));
	object_error_clear();
	bpf_map__set_autocreate(skel->maps.fw_reported, m->fw_reported.fd < 0);
	bpf_map__set_autocreate(skel->maps.fw_export, m->fw_export.fd < 0);
	rc = bpf_map__set_max_entries(skel->maps.fw_reported, buckets);
	rc = rc ?: fw_export_bpf__load(skel);
	rc = rc ?: take_maps(skel->obj, &export_group, m);
	fw_export_bpf__destroy(skel);
	return rc ? FAIL(err, rc, "what is exported cannot be kept: %s", object_error(rc)) : 0;
}

/* Makes the maps of one group through the object that knows them all with their types. */
static int create_group(__u32 buckets, const struct plumbing *sizes, const struct map_group *g, void *maps)
{
	struct bpf_object *obj = programs_object_open();
	struct bpf_program *prog = NULL;
	struct bpf_map *map;
	int rc = 0;

	if (!obj)
		return -errno;
	while ((prog = bpf_object__next_program(obj, prog)))
		bpf_program__set_autoload(prog, false);
	bpf_object__for_each_map(map, obj)
		if (bpf_map__is_internal(map) || !map_group_fd(g, maps, bpf_map__name(map)))
			bpf_map__set_autocreate(map, false);
	rc = sizes ? plumb(obj, sizes) : 0;
	if (!rc && buckets)
		rc = bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "fw_flows"), buckets)
			     ?: bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "fw_hints"), buckets);
	rc = rc ?: bpf_object__load(obj);
	rc = rc ?: take_maps(obj, g, maps);
	bpf_object__close(obj);
	return rc;
}

/* The same, and looks at what was made: libbpf makes a map without its types where the kernel refuses them, and says nothing. */
static int create_checked(__u32 buckets, const struct plumbing *sizes, const struct map_group *g, void *maps, const char *what,
			  char **err)
{
	int rc;

	object_error_clear();
	rc = create_group(buckets, sizes, g, maps);
	return rc ? FAIL(err, rc, "%s: %s", what, object_error(rc)) : contract_check_group(g, maps, "new map", err);
}

static int programs_arrays_create(struct instance_maps *m, char **err)
{
	m->fw_programs_xdp.fd = programs_array("fw_programs_xdp");
	m->fw_programs_out.fd = programs_array("fw_programs_out");
	m->fw_programs_in.fd = programs_array("fw_programs_in");
	if (m->fw_programs_xdp.fd < 0 || m->fw_programs_out.fd < 0 || m->fw_programs_in.fd < 0)
		return FAIL(err, -ENOMEM, "program arrays: %s", strerror(ENOMEM));
	return 0;
}

int instance_maps_create(__u32 buckets, struct instance_maps *out, char **err)
{
	struct instance_maps m = instance_maps_none();
	int rc = create_checked(buckets, NULL, &instance_group, &m, "flow table and maps", err);

	rc = rc ?: programs_arrays_create(&m, err);
	if (rc) {
		instance_maps_close(&m);
		return rc;
	}
	*out = m;
	return 0;
}

int replay_maps_create(struct replay_maps *out, char **err)
{
	struct replay_maps m = replay_maps_none();
	int rc = create_checked(0, NULL, &replay_group, &m, "replay maps", err);

	if (rc) {
		replay_maps_close(&m);
		return rc;
	}
	*out = m;
	return 0;
}

int ruleset_maps_create(const struct load_request *rq, struct ruleset_maps *out, char **err)
{
	const struct plumbing sizes = { .rq = rq };
	struct ruleset_maps m = ruleset_maps_none();
	int rc = create_checked(0, &sizes, &ruleset_group, &m, "rule tables", err);

	if (rc) {
		ruleset_maps_close(&m);
		return rc;
	}
	*out = m;
	return 0;
}

int slot_maps_create(__u32 rules, struct slot_maps *out, char **err)
{
	const struct plumbing sizes = { .slot_rules = rules };
	struct slot_maps m = slot_maps_none();
	int rc = create_checked(0, &sizes, &slot_group, &m, "counters of rules", err);

	if (rc) {
		slot_maps_close(&m);
		return rc;
	}
	*out = m;
	return 0;
}

static int read_both(int prog, const struct instance_maps *m, struct clock_pair *out)
{
	char packet[64] = "";
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);
	int rc = bpf_prog_test_run_opts(prog, &run);

	return rc ? rc : fw_clock_get(m->fw_clock, out);
}

/*
 * The two clocks where a tick begins, of the monotonic one the last reading before that, which another follows closely. So a time that is
 * made of ticks is earlier than what happened, by a tick at most, and never later.
 */
static int read_at_edge(int prog, const struct instance_maps *m, struct clock_pair *out)
{
	struct clock_pair last;
	int rc = read_both(prog, m, out);
	__u64 until = out->monotonic_ns + EDGE_WAIT_NS;

	do {
		last = *out;
		rc = rc ?: read_both(prog, m, out);
	} while (!rc && (out->ticks.raw != last.ticks.raw + 1 || out->monotonic_ns - last.monotonic_ns > EDGE_NS) &&
		 out->monotonic_ns < until);
	if (out->ticks.raw == last.ticks.raw + 1)
		out->monotonic_ns = last.monotonic_ns;
	return rc;
}

int clock_read(const struct instance_maps *m, char **err)
{
	struct fw_clock_bpf *skel = fw_clock_bpf__open();
	struct clock_pair pair = { .ticks = { 0 } };
	struct timespec tick;
	int rc;

	if (!skel)
		return FAIL(err, -errno, "clock: %s", strerror(errno));
	rc = bpf_map__reuse_fd(skel->maps.fw_clock, m->fw_clock.fd);
	rc = rc ?: fw_clock_bpf__load(skel);
	rc = rc ?: read_at_edge(bpf_program__fd(skel->progs.fw_read_clock), m, &pair);
	/* The coarse clock moves with the tick, so that its resolution is the tick's length (kernel: KTIME_LOW_RES). */
	if (!rc && clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		rc = -errno;
	if (!rc) {
		pair.tick_ns = (__u64)tick.tv_sec * 1000000000 + (__u64)tick.tv_nsec;
		pair.real_minus_monotonic_ns = clock_difference();
		rc = fw_clock_put(m->fw_clock, &pair);
	}
	fw_clock_bpf__destroy(skel);
	return rc ? FAIL(err, rc, "clock: %s", object_error(rc)) : 0;
}

static int load_xdp_root(const struct plumbing *p)
{
	struct fw_xdp_root_bpf *skel = fw_xdp_root_bpf__open();
	int rc, fd = -1;

	if (!skel)
		return -errno;
	if (kernel_has_frags())
		bpf_program__set_flags(skel->progs.fw_xdp_root, BPF_F_XDP_HAS_FRAGS);
	rc = plumb(skel->obj, p);
	rc = rc ?: fw_xdp_root_bpf__load(skel);
	if (!rc)
		fd = keep_fd(bpf_program__fd(skel->progs.fw_xdp_root));
	fw_xdp_root_bpf__destroy(skel);
	return rc ? rc : fd;
}

static int load_tc_root(const struct plumbing *p, bool out)
{
	struct fw_tc_root_bpf *skel = fw_tc_root_bpf__open();
	int rc, fd = -1;

	if (!skel)
		return -errno;
	bpf_program__set_autoload(out ? skel->progs.fw_tc_root_in : skel->progs.fw_tc_root_out, false);
	rc = plumb(skel->obj, p);
	rc = rc ?: fw_tc_root_bpf__load(skel);
	if (!rc)
		fd = keep_fd(bpf_program__fd(out ? skel->progs.fw_tc_root_out : skel->progs.fw_tc_root_in));
	fw_tc_root_bpf__destroy(skel);
	return rc ? rc : fd;
}

int root_load(const struct instance_maps *m, enum root_program which, char **err)
{
	const struct plumbing p = { .instance = (struct instance_maps *)m };
	int fd = -EINVAL;

	object_error_clear();
	switch (which) {
	case ROOT_XDP:
		fd = load_xdp_root(&p);
		break;
	case ROOT_OUT:
	case ROOT_IN:
		fd = load_tc_root(&p, which == ROOT_OUT);
		break;
	}
	return fd < 0 ? FAIL(err, fd, "root program: %s (fwctl -v shows the verifier's log)", object_error(fd)) : fd;
}
