/* SPDX-License-Identifier: GPL-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "hook_impl.h"

void hook_pause(void)
{
	const struct timespec t = { 0, HOOK_POLL_MS * 1000000L };

	nanosleep(&t, NULL);
}

static int prog_info(int fd, struct bpf_prog_info *info)
{
	__u32 len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(fd, info, &len);
}

__u32 hook_prog_id(int prog_fd)
{
	struct bpf_prog_info info;

	return prog_info(prog_fd, &info) ? 0 : info.id;
}

void hook_prog_name(__u32 prog_id, char name[BPF_OBJ_NAME_LEN])
{
	_cleanup_close_ int fd = prog_id ? bpf_prog_get_fd_by_id(prog_id) : -1;
	struct bpf_prog_info info;

	memset(name, 0, BPF_OBJ_NAME_LEN);
	if (fd >= 0 && !prog_info(fd, &info))
		memcpy(name, info.name, BPF_OBJ_NAME_LEN - 1);
}

void hook_programs_free(struct hook_programs *p)
{
	free(p->v);
	*p = (struct hook_programs){ NULL, 0, 0 };
}

void hook_programs_add(struct hook_programs *out, const struct iface *ifc, enum hook hook, enum attach_kind kind, bool ours,
		       __u32 prog_id)
{
	struct hook_program p;

	memset(&p, 0, sizeof(p));
	p.hook = hook;
	p.kind = kind;
	p.ours = ours;
	p.ifindex = ifc->index;
	memcpy(p.ifname, ifc->name, IFNAMSIZ);
	p.prog_id = prog_id;
	hook_prog_name(prog_id, p.prog_name);
	GROW(out->v, out->n, out->cap);
	out->v[out->n++] = p;
}

/* -ENOENT from f means: nothing of ours there. */
static int unless_absent(int rc) { return rc == -ENOENT ? 0 : rc; }

/* What the environment says, where the request leaves it open. */
static enum tc_mode tc_mode_of(const struct hook_request *rq)
{
	const char *word = getenv("FWCTL_TC");

	if (rq->tc_mode != TC_MODE_AUTO || !word)
		return rq->tc_mode;
	if (!strcmp(word, tc_mode_text(TC_MODE_TCX)))
		return TC_MODE_TCX;
	return !strcmp(word, tc_mode_text(TC_MODE_CLSACT)) ? TC_MODE_CLSACT : TC_MODE_AUTO;
}

static int has_own_filter(const struct iface *ifc, enum hook hook, bool *has, char **err)
{
	_cleanup_hook_programs_ struct hook_programs there = { NULL, 0, 0 };
	int rc = hook_clsact_query(ifc, hook, &there, err);
	size_t i;

	*has = false;
	for (i = 0; !rc && i < there.n; i++)
		*has |= there.v[i].ours;
	return rc;
}

/* A hook has one of TCX and clsact; the new one is there before the old one goes, so that no packet passes
 * unseen. */
static int attach_tc(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind,
		     char **note, char **err)
{
	enum tc_mode mode = tc_mode_of(rq);
	bool filter;
	int rc = has_own_filter(ifc, rq->hook, &filter, err);

	if (rc)
		return rc;
	if (mode == TC_MODE_TCX || (mode == TC_MODE_AUTO && !filter)) {
		*kind = ATTACH_TCX;
		rc = hook_tcx_attach(in, ifc, rq, err);
		if (rc != -EOPNOTSUPP || mode == TC_MODE_TCX)
			return !rc && filter ? hook_clsact_detach(in, ifc->index, rq->hook, err) : rc;
		if (err)
			free(TAKE_PTR(*err));
	}
	*kind = ATTACH_CLSACT;
	rc = hook_clsact_attach(in, ifc, rq, note, err);
	return rc ? rc : unless_absent(hook_tcx_detach(in, ifc->index, rq->hook, err));
}

int hook_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind, char **note,
		char **err)
{
	if (!ifc->link_known)
		return FAIL(err, -EAFNOSUPPORT, "%s: its link type %u is neither Ethernet nor plain IP", ifc->name, ifc->type);
	switch (rq->hook) {
	case HOOK_XDP_IN:
		return hook_xdp_attach(in, ifc, rq, kind, note, err);
	case HOOK_TC_IN:
	case HOOK_TC_OUT:
		return attach_tc(in, ifc, rq, kind, note, err);
	}
	return -EINVAL;
}

static int detach_tc(struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	int tcx = hook_tcx_detach(in, ifindex, hook, err);
	int clsact = tcx && tcx != -ENOENT ? -ENOENT : hook_clsact_detach(in, ifindex, hook, err);

	if (unless_absent(tcx))
		return tcx;
	if (unless_absent(clsact))
		return clsact;
	return tcx && clsact ? -ENOENT : 0;
}

int hook_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	int rc = hook == HOOK_XDP_IN ? hook_xdp_detach(in, ifindex, err) : detach_tc(in, ifindex, hook, err);

	if (rc == -ENOENT)
		return FAIL(err, rc, "interface %u: fwctl is not attached to its %s hook (fwctl status)", ifindex,
			    hook_text(hook));
	return rc;
}

int hook_query(const struct instance *in, const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err)
{
	int rc;

	if (hook == HOOK_XDP_IN)
		return hook_xdp_query(in, ifc, out, err);
	rc = hook_tcx_query(in, ifc, hook, out, err);
	return rc ? rc : hook_clsact_query(ifc, hook, out, err);
}

/* One pinned link: what it has attached, or that its interface has gone. */
static int list_link(const struct instance *in, enum hook hook, unsigned int ifindex, struct hook_programs *out, char **err)
{
	_cleanup_hook_programs_ struct hook_programs there = { NULL, 0, 0 };
	struct hook_program gone;
	struct iface ifc;
	size_t i;
	int rc = iface_get(NULL, ifindex, &ifc, NULL);

	if (!rc)
		rc = hook == HOOK_XDP_IN ? hook_xdp_query(in, &ifc, &there, err) : hook_tcx_query(in, &ifc, hook, &there, err);
	if (rc && rc != -ENODEV)
		return FAIL(err, rc, "interface %u: cannot look at it: %s", ifindex, err && *err ? *err : strerror(-rc));
	for (i = 0; i < there.n && !there.v[i].ours; i++)
		;
	memset(&gone, 0, sizeof(gone));
	gone.hook = hook;
	gone.kind = hook == HOOK_XDP_IN ? ATTACH_XDP_NATIVE : ATTACH_TCX;
	gone.ours = gone.gone = true;
	gone.ifindex = ifindex;
	GROW(out->v, out->n, out->cap);
	out->v[out->n++] = i < there.n ? there.v[i] : gone;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct hook_program *x = (const struct hook_program *)a, *y = (const struct hook_program *)b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return (int)x->hook - (int)y->hook;
}

int hook_list(const struct instance *in, struct hook_programs *out, char **err)
{
	size_t n, i, start = out->n;
	unsigned int ifindex;
	enum hook hook;
	char **names;
	int rc = instance_list(in, &names, &n, err);

	for (i = 0; !rc && i < n; i++) {
		if (hook_link_name(names[i], &hook, &ifindex))
			rc = list_link(in, hook, ifindex, out, err);
	}
	instance_names_free(names, n);
	if (!rc)
		rc = hook_clsact_list(out, err);
	if (out->n > start)
		qsort(out->v + start, out->n - start, sizeof(*out->v), by_place);
	return rc;
}

/* Marks of clsact qdiscs (empty directories) on interfaces that have gone with them. */
static int sweep_marks(struct instance *in, char **err)
{
	unsigned int ifindex;
	struct iface ifc;
	char **names;
	size_t n, i;
	int rc = instance_list(in, &names, &n, err);

	for (i = 0; !rc && i < n; i++) {
		_cleanup_free_ char *path = instance_pin(in, names[i]);

		if (hook_clsact_mark_name(names[i], &ifindex) && iface_get(NULL, ifindex, &ifc, NULL) == -ENODEV)
			(void)rmdir(path);
	}
	instance_names_free(names, n);
	return rc;
}

int hook_sweep(struct instance *in, size_t *n, char **err)
{
	_cleanup_hook_programs_ struct hook_programs list = { NULL, 0, 0 };
	int rc = hook_list(in, &list, err);
	size_t i, swept = 0;

	for (i = 0; !rc && i < list.n; i++) {
		if (!list.v[i].gone)
			continue;
		rc = unless_absent(hook_link_remove(in, list.v[i].ifindex, list.v[i].hook, err));
		swept++;
	}
	if (n)
		*n = swept;
	return rc ? rc : sweep_marks(in, err);
}
