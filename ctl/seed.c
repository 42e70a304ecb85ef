/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "hook.h"
#include "ifaces.h"
#include "live.h"
#include "object.h"
#include "route.h"
#include "seed.h"
#include "seed_plan.h"
#include "fw_seed.skel.h"

enum { LOCK_TRIES_USER = 8 }; /* a bucket's lock is held for a fraction of a microsecond */

/* What fw_seed has to know: the table, and whose settings say when an entry has expired. */
static int fill_cfg(const struct state *s, struct program_cfg *cfg, struct core *core, char **err)
{
	struct live live;
	int rc = fw_live_get(s->maps.fw_live, &live);

	rc = rc ?: core_open(&s->maps, live.slot, core);
	if (rc)
		return FAIL(err, rc, "seeding: %s", strerror(-rc));
	cfg->slot = (__u8)live.slot;
	cfg->buckets = s->cfg.buckets;
	memcpy(cfg->hash_key, s->cfg.hash_key, sizeof(cfg->hash_key));
	return 0;
}

static int load_program(const struct state *s, char **err)
{
	_cleanup_core_ struct core core = core_none();
	const struct plumbing p = { .instance = (struct instance_maps *)&s->maps, .slot = &core.maps };
	struct program_cfg cfg = { .replay = 0 };
	struct fw_seed_bpf *skel;
	int rc = fill_cfg(s, &cfg, &core, err), fd = -1;

	if (rc)
		return rc;
	object_error_clear();
	skel = fw_seed_bpf__open();
	if (!skel)
		return FAIL(err, -errno, "seeding: %s", strerror(errno));
	memcpy((void *)&skel->rodata->fw_cfg, &cfg, sizeof(cfg));
	rc = plumb(skel->obj, &p);
	rc = rc ?: fw_seed_bpf__load(skel);
	if (!rc)
		fd = keep_fd(bpf_program__fd(skel->progs.fw_seed));
	fw_seed_bpf__destroy(skel);
	rc = rc ?: fd;
	return rc < 0 ? FAIL(err, rc, "seeding: %s (attach --no-seed does without)", object_error(rc)) : fd;
}

static bool is_one_of(const unsigned int *v, size_t n, unsigned int index)
{
	while (n--)
		if (v[n] == index)
			return true;
	return false;
}

static bool was_attached(const struct seeder *sd, unsigned int index, enum direction d)
{
	for (size_t i = 0; i < sd->attached.n; i++) {
		const struct hook_program *p = &sd->attached.v[i];

		if (!p->gone && p->ifindex == index && hook_direction(p->hook) == d)
			return true;
	}
	return false;
}

int seeder_open(struct seeder *sd, struct state *s, const unsigned int *fresh, size_t n, bool by_tc, char **err)
{
	int rc;

	*sd = SEEDER_CLOSED;
	sd->s = s;
	sd->by_tc = by_tc;
	sd->fresh = (unsigned int *)xreallocarray(NULL, n ? n : 1, sizeof(*fresh));
	memcpy(sd->fresh, fresh, n * sizeof(*fresh));
	sd->nfresh = n;
	rc = hook_list(&s->in, &sd->attached, err);
	for (size_t i = 0; i < n; i++)
		sd->any |= seeder_is_fresh(sd, fresh[i]);
	return rc;
}

void seeder_close(struct seeder *sd)
{
	cleanup_close_fn(&sd->prog_fd);
	hook_programs_free(&sd->attached);
	free(sd->fresh);
	socket_list_free(&sd->seen);
	*sd = SEEDER_CLOSED;
}

static enum seed_role role_of(const struct seeder *sd, unsigned int index)
{
	if (was_attached(sd, index, DIRECTION_IN) || was_attached(sd, index, DIRECTION_OUT))
		return SEED_ATTACHED;
	return is_one_of(sd->fresh, sd->nfresh, index) ? SEED_FRESH : SEED_UNATTACHED;
}

bool seeder_is_fresh(const struct seeder *sd, unsigned int ifindex) { return role_of(sd, ifindex) == SEED_FRESH; }

bool seeder_adds(const struct seeder *sd, unsigned int ifindex, bool egress)
{
	return is_one_of(sd->fresh, sd->nfresh, ifindex) &&
	       (!was_attached(sd, ifindex, DIRECTION_IN) || (egress && !was_attached(sd, ifindex, DIRECTION_OUT)));
}

/* Are the packets of this interface seen without their outer tag? */
static bool strips_vlan(const struct seeder *sd, const struct iface *ifc, enum seed_role role)
{
	struct iface_slot slot;

	if (role == SEED_FRESH)
		return !sd->by_tc && ifc->link == LINK_ETHER && iface_strips_vlan(ifc);
	return role == SEED_ATTACHED && !iface_slot_of(sd->s, ifc->index, &slot) && slot.flags & IFACE_STRIPS_VLAN;
}

/* *v is owned by the caller. */
static int read_ifaces(const struct seeder *sd, struct seed_iface **v, size_t *n, char **err)
{
	_cleanup_free_ struct iface *all = NULL;
	int rc = iface_list(&all, n, err);

	if (rc)
		return rc;
	*v = (struct seed_iface *)xcalloc(*n ? *n : 1, sizeof(**v));
	for (size_t i = 0; i < *n; i++) {
		enum seed_role role = role_of(sd, all[i].index);

		(*v)[i] = (struct seed_iface){ all[i], role, strips_vlan(sd, &all[i], role) };
	}
	return 0;
}

static int enter(struct seeder *sd, const struct seed *seed, char **err)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = seed, .data_size_in = sizeof(*seed), .repeat = 1);
	int tries = LOCK_TRIES_USER;

	do {
		if (bpf_prog_test_run_opts(sd->prog_fd, &run))
			return FAIL(err, -errno, "seeding: %s (attach --no-seed does without)", strerror(errno));
	} while (run.retval == SEEDING_CONTENDED && --tries);
	if (run.retval >= SEEDING_COUNT || run.retval == SEEDING_FAULT)
		return FAIL(err, -EIO, "seeding: the flow table does not take a flow (attach --no-seed does without)");
	sd->report.count[run.retval]++;
	return 0;
}

/* The connection as one interface sees it. */
static int seed_view(struct seeder *sd, const struct seed_view *view, struct seed *seed, char **err)
{
	const struct seed_iface *at = view->at;

	seed->first.vlan = view->vlan;
	seed->first.inner_vlan = view->inner_vlan;
	seed->loops = at && at->ifc.loopback;
	seed->iface.raw = IFACE_NONE;
	if (at)
		(void)iface_id(sd->s, at->ifc.name, at->role == SEED_FRESH, &seed->iface);
	return enter(sd, seed, err);
}

static size_t views_of(struct rtnl *r, const struct seed_ifaces *ifaces, const struct socket_info *s,
		       struct seed_view out[SEED_VIEWS_MAX])
{
	const struct route_query q = { (enum family)s->family, s->local, s->remote, s->ifindex, s->mark };
	int device = route_device(r, &q);

	return seed_views(ifaces, device < 0 ? s->ifindex : (unsigned int)device, out); /* no route now: it may come back */
}

static int seed_socket(struct seeder *sd, struct rtnl *r, const struct seed_ifaces *ifaces, const struct socket_list *all,
		       const struct socket_info *s, char **err)
{
	struct seed_view views[SEED_VIEWS_MAX];
	struct seed seed;
	int rc = 0;
	size_t n;

	if (socket_listens(s) || socket_list_has(&sd->seen, s) || !seed_of_socket(s, socket_by_peer(all, s), &seed))
		return 0;
	seed.late = sd->late;
	n = views_of(r, ifaces, s, views);
	for (size_t i = 0; !rc && i < n; i++)
		rc = seed_view(sd, &views[i], &seed, err);
	return rc;
}

static int read_sockets(struct seeder *sd, struct socket_list *out, char **err)
{
	int rc = sockets_read(PROTO_TCP, out, err);

	sd->report.no_tcp = rc == -ENOENT;
	if (rc && rc != -ENOENT)
		return rc;
	rc = sockets_read(PROTO_UDP, out, err);
	sd->report.no_udp = rc == -ENOENT;
	return rc == -ENOENT ? 0 : rc;
}

int seeder_run(struct seeder *sd, char **err)
{
	_cleanup_socket_list_ struct socket_list sockets = { NULL, 0, 0 };
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_free_ struct seed_iface *v = NULL;
	struct seed_ifaces ifaces = { NULL, 0 };
	int rc;

	if (!sd->any)
		return 0;
	if (sd->prog_fd < 0)
		sd->prog_fd = load_program(sd->s, err);
	if (sd->prog_fd < 0)
		return sd->prog_fd;
	rc = read_ifaces(sd, &v, &ifaces.n, err);
	ifaces.v = v;
	rc = rc ?: read_sockets(sd, &sockets, err);
	rc = rc ?: rtnl_open(&r, err);
	for (size_t i = 0; !rc && i < sockets.n; i++)
		rc = seed_socket(sd, &r, &ifaces, &sockets, &sockets.v[i], err);
	if (sd->late)
		return rc;
	sd->late = true;
	socket_list_sort(&sockets);
	sd->seen = sockets;
	sockets = (struct socket_list){ NULL, 0, 0 };
	return rc;
}

static const struct socket_info *find_socket(const struct socket_list *all, const struct socket_info *ends)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct socket_info *s = &all->v[i];

		if (s->family == ends->family && s->lport.raw == ends->lport.raw && s->rport.raw == ends->rport.raw &&
		    !memcmp(&s->local, &ends->local, sizeof(s->local)) && !memcmp(&s->remote, &ends->remote, sizeof(s->remote)))
			return s;
	}
	return NULL;
}

int seeder_look_up(const struct seeder *sd, const struct socket_info *ends, bool egress, struct seeder_connection *out,
		   char **err)
{
	_cleanup_socket_list_ struct socket_list sockets = { NULL, 0, 0 };
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_free_ struct seed_iface *v = NULL;
	struct seed_ifaces ifaces = { NULL, 0 };
	struct seed_view views[SEED_VIEWS_MAX];
	const struct socket_info *s;
	size_t n;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_ifaces(sd, &v, &ifaces.n, err);
	rc = rc ?: rtnl_open(&r, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < ifaces.n; i++)
		if (seeder_adds(sd, v[i].ifc.index, egress))
			v[i].role = SEED_FRESH;
	ifaces.v = v;
	(void)sockets_read(PROTO_TCP, &sockets, NULL); /* where the kernel lists none, none is taken over */
	s = find_socket(&sockets, ends);
	out->found = s && seed_of_socket(s, socket_by_peer(&sockets, s), &out->seed);
	n = views_of(&r, &ifaces, s ? s : ends, views);
	for (size_t i = 0; i < n; i++) {
		if (!views[i].at || views[i].at->role != SEED_FRESH)
			continue;
		memcpy(out->view[out->n].iface, views[i].at->ifc.name, IFNAMSIZ);
		out->view[out->n].vlan = views[i].vlan;
		out->view[out->n].inner_vlan = views[i].inner_vlan;
		out->view[out->n].fresh = seeder_is_fresh(sd, views[i].at->ifc.index);
		out->view[out->n++].loops = views[i].at->ifc.loopback;
	}
	return 0;
}
