/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TC without TCX: a direct-action BPF filter in the clsact qdisc. A qdisc that we made is marked by an empty directory among the pins,
 * clsact-<ifindex>, so that the last filter of ours takes it along, unless others' filters are in it by then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clsact.h"
#include "hook_impl.h"

enum { PRIORITY_FIRST = 1, PRIORITY_LAST = 0xffff };

static char *mark_path(const struct instance *in, unsigned int ifindex)
{
	_cleanup_free_ char *name = xasprintf("clsact-%u", ifindex);

	return instance_pin(in, name);
}

bool hook_clsact_mark_name(const char *name, unsigned int *ifindex)
{
	static const char prefix[] = "clsact-";
	unsigned long n;

	if (strncmp(name, prefix, sizeof(prefix) - 1) || !text_number(name + sizeof(prefix) - 1, INT_MAX, &n))
		return false;
	*ifindex = (unsigned int)n;
	return true;
}

/* A clsact qdisc on the interface, ours (and marked) or one that was there. */
static int want_qdisc(struct rtnl *r, struct instance *in, const struct iface *ifc, enum hook hook, char **err)
{
	_cleanup_free_ char *mark = mark_path(in, ifc->index);
	_cleanup_qdiscs_ struct qdiscs q = { NULL, 0, 0 };
	int rc = clsact_qdiscs(r, &q, err);
	enum qdisc there = rc ? QDISC_NONE : clsact_qdisc_of(&q, ifc->index);

	if (rc || there == QDISC_CLSACT || (there == QDISC_INGRESS && hook == HOOK_TC_IN))
		return rc;
	if (there == QDISC_INGRESS)
		return FAIL(err, -EBUSY,
			    "%s: its 'ingress' qdisc leaves no place for an egress filter "
			    "(tc qdisc delete dev %s ingress)",
			    ifc->name, ifc->name);
	if (mkdir(mark, 0700) < 0 && errno != EEXIST)
		return FAIL(err, -errno, "%s: cannot mark the qdisc in %s: %s", ifc->name, in->shown, strerror(errno));
	rc = clsact_make(r, ifc->index);
	if (!rc)
		return 0;
	(void)rmdir(mark);
	if (rc == -EEXIST)
		return 0;
	return FAIL(err, rc, "%s: cannot make a clsact qdisc: %s (is the kernel module sch_ingress there?)", ifc->name,
		    rtnl_words(r, rc));
}

/* Remove the qdisc where we made it and nobody uses it. */
static void drop_qdisc(struct rtnl *r, struct instance *in, unsigned int ifindex)
{
	_cleanup_free_ char *mark = mark_path(in, ifindex);
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	_cleanup_qdiscs_ struct qdiscs q = { NULL, 0, 0 };

	if (access(mark, F_OK) < 0 || clsact_qdiscs(r, &q, NULL) || clsact_qdisc_of(&q, ifindex) != QDISC_CLSACT)
		return;
	if (clsact_filters(r, ifindex, HOOK_TC_IN, &f, NULL) || f.n || clsact_filters(r, ifindex, HOOK_TC_OUT, &f, NULL) || f.n)
		return;
	if (!clsact_remove(r, ifindex))
		(void)rmdir(mark);
}

/*
 * Where our filter goes: in the place of our old one; else ahead of all. Within priority 1 a new BPF filter
 * comes first (cls_bpf adds at the head); a filter of another kind there cannot be preceded.
 */
static __u16 choose_priority(const struct filters *f, bool *first, bool *replace)
{
	unsigned int priority = PRIORITY_FIRST;
	size_t i;

	*first = true;
	*replace = false;
	for (i = 0; i < f->n; i++) {
		*replace = f->v[i].ours;
		if (*replace)
			return f->v[i].priority;
	}
	for (i = 0; i < f->n; i++) { /* sorted by priority */
		if (f->v[i].priority != priority || (f->v[i].bpf && f->v[i].protocol == htons(ETH_P_ALL)))
			continue;
		*first = false;
		if (priority < PRIORITY_LAST)
			priority++;
	}
	return (__u16)priority;
}

int hook_clsact_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, char **note, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	bool first, replace;
	__u16 priority;
	int rc = rtnl_open(&r, err);

	if (!rc)
		rc = want_qdisc(&r, in, ifc, rq->hook, err);
	if (!rc)
		rc = clsact_filters(&r, ifc->index, rq->hook, &f, err);
	if (rc)
		return rc;
	priority = choose_priority(&f, &first, &replace);
	rc = clsact_put(&r, ifc, rq->hook, rq->prog_fd, priority, replace, err);
	if (rc)
		drop_qdisc(&r, in, ifc->index);
	else if (!first)
		FAIL(note, 0,
		     "%s: attached behind another TC filter, which may pass or drop packets unseen "
		     "(tc filter show dev %s %s)",
		     ifc->name, ifc->name, rq->hook == HOOK_TC_OUT ? "egress" : "ingress");
	return rc;
}

int hook_clsact_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	int rc = rtnl_open(&r, err), found = 0;
	size_t i;

	if (!rc)
		rc = clsact_filters(&r, ifindex, hook, &f, err);
	for (i = 0; !rc && i < f.n; i++) {
		if (!f.v[i].ours)
			continue;
		found++;
		rc = clsact_delete(&r, &f.v[i], hook, err);
	}
	if (!rc && found)
		drop_qdisc(&r, in, ifindex);
	return rc ? rc : found ? 0 : -ENOENT;
}

static void add_filter(const struct filter *f, const struct iface *ifc, enum hook hook, struct hook_programs *out)
{
	hook_programs_add(out, ifc, hook, ATTACH_CLSACT, f->ours, f->prog_id);
	if (!f->bpf)
		memcpy(out->v[out->n - 1].prog_name, f->name, sizeof(f->name));
}

int hook_clsact_query(const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	int rc = rtnl_open(&r, err);
	size_t i;

	if (!rc)
		rc = clsact_filters(&r, ifc->index, hook, &f, err);
	for (i = 0; !rc && i < f.n; i++) {
		if (f.v[i].handle)
			add_filter(&f.v[i], ifc, hook, out);
	}
	return rc;
}

static int list_ours(struct rtnl *r, const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err)
{
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	int rc = clsact_filters(r, ifc->index, hook, &f, err);
	size_t i;

	for (i = 0; !rc && i < f.n; i++) {
		if (f.v[i].ours)
			add_filter(&f.v[i], ifc, hook, out);
	}
	return rc;
}

int hook_clsact_list(struct hook_programs *out, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_qdiscs_ struct qdiscs q = { NULL, 0, 0 };
	int rc = rtnl_open(&r, err);
	struct iface ifc;
	size_t i;

	if (!rc)
		rc = clsact_qdiscs(&r, &q, err);
	for (i = 0; !rc && i < q.n; i++) {
		if (iface_get(NULL, q.v[i].ifindex, &ifc, NULL))
			continue;
		rc = list_ours(&r, &ifc, HOOK_TC_IN, out, err);
		if (!rc && q.v[i].qdisc == QDISC_CLSACT)
			rc = list_ours(&r, &ifc, HOOK_TC_OUT, out, err);
	}
	return rc;
}
