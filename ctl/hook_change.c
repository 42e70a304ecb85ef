/* SPDX-License-Identifier: GPL-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include "hook_change.h"
#include "hook_impl.h"

void hook_changes_free(struct hook_changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		cleanup_close_fn(&c->v[i].prog_fd);
	free(c->v);
	*c = (struct hook_changes){ .v = NULL };
}

/* Ours, or another's XDP program, which --force may replace; on TC others stand beside ours, and stay. */
static const struct hook_program *find_before(const struct hook_programs *p, enum hook hook)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].ours)
			return &p->v[i];
	return hook == HOOK_XDP_IN && p->n ? &p->v[0] : NULL;
}

static int take_note(struct hook_changes *c, const struct instance *in, const struct iface *ifc, enum hook hook, char **err)
{
	_cleanup_hook_programs_ struct hook_programs there = { .v = NULL };
	struct hook_before b = { .hook = hook, .ifindex = ifc->index, .prog_fd = -1 };
	int rc = hook_query(in, ifc, hook, &there, err);
	const struct hook_program *p;

	if (rc)
		return rc;
	memcpy(b.ifname, ifc->name, IFNAMSIZ);
	p = find_before(&there, hook);
	if (p) {
		b.any = true;
		b.ours = p->ours;
		b.kind = p->kind;
		b.prog_fd = bpf_prog_get_fd_by_id(p->prog_id);
	}
	GROW(c->v, c->n, c->cap);
	c->v[c->n++] = b;
	return 0;
}

int hook_change_attach(struct hook_changes *c, struct instance *in, const struct iface *ifc, const struct hook_request *rq,
		       enum attach_kind *kind, char **note, char **err)
{
	int rc = take_note(c, in, ifc, rq->hook, err);

	return rc ? rc : hook_attach(in, ifc, rq, kind, note, err);
}

int hook_change_detach(struct hook_changes *c, struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	struct iface ifc;
	int rc = iface_get(NULL, ifindex, &ifc, err);

	if (!rc)
		rc = take_note(c, in, &ifc, hook, err);
	if (rc && rc != -ENODEV)
		return rc;
	if (rc && err)
		free(TAKE_PTR(*err)); /* what was on an interface that has gone cannot come back, nor is it missed */
	return hook_detach(in, ifindex, hook, err);
}

static int attach_before(struct instance *in, const struct iface *ifc, const struct hook_before *b, char **err)
{
	const struct hook_request rq = {
		.hook = b->hook,
		.prog_fd = b->prog_fd,
		.xdp_mode = b->kind == ATTACH_XDP_GENERIC ? XDP_MODE_GENERIC : XDP_MODE_NATIVE,
		.tc_mode = b->kind == ATTACH_TCX ? TC_MODE_TCX : TC_MODE_CLSACT,
	};
	enum attach_kind kind;

	if (b->prog_fd < 0)
		return FAIL(err, b->prog_fd, "its program could not be had: %s", strerror(-b->prog_fd));
	return b->ours ? hook_attach(in, ifc, &rq, &kind, NULL, err) : hook_xdp_put_foreign(ifc->index, b->kind, b->prog_fd, err);
}

/* What keeps one hook from being as it was is said behind *err. */
static int undo_one(struct instance *in, const struct hook_before *b, char **err)
{
	const char *way = direction_text(hook_direction(b->hook));
	_cleanup_free_ char *why = NULL;
	struct iface ifc;
	int rc = iface_get(NULL, b->ifindex, &ifc, NULL);

	if (rc == -ENODEV)
		return 0;
	if (!rc && !b->ours)
		rc = hook_detach(in, b->ifindex, b->hook, &why);
	if (rc == -ENOENT)
		rc = 0;
	if (rc)
		return FAIL(err, rc, "%s; and %s: the %s hook stays changed: %s (fwctl status)", *err, b->ifname, way,
			    why ? why : strerror(-rc));
	if (b->any)
		rc = attach_before(in, &ifc, b, &why);
	if (rc)
		return FAIL(err, rc, "%s; and %s: what was on the %s hook (%s) cannot be put back: %s (fwctl status)", *err,
			    b->ifname, way, attach_kind_text(b->kind), why ? why : strerror(-rc));
	return 0;
}

int hook_changes_undo(struct hook_changes *c, struct instance *in, char **err)
{
	int first = 0;

	while (c->n) {
		struct hook_before *b = &c->v[--c->n];
		int rc = undo_one(in, b, err);

		cleanup_close_fn(&b->prog_fd);
		first = first ? first : rc;
	}
	return first;
}
