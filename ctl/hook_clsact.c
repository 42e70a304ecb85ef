/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TC without TCX: a direct-action BPF filter in the clsact qdisc (net/sched/cls_bpf.c, sch_ingress.c). A
 * filter is ours by its name and handle. A qdisc that we made is marked by an empty directory among the pins,
 * clsact-<ifindex>, so that the last filter of ours takes it along, unless others' filters are in it by then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hook_impl.h"
#include "rtnl.h"

#define FILTER_NAME   "fwctl"
#define FILTER_HANDLE 0x66770001u
enum { DUMP_TRIES = 8, PRIORITY_FIRST = 1, PRIORITY_LAST = 0xffff };

struct filter {
	unsigned int ifindex;
	__u32 handle, prog_id;
	__u16 priority, protocol; /* protocol in wire order */
	bool bpf, direct, ours;
	char name[BPF_OBJ_NAME_LEN]; /* the filter's kind where it is not bpf */
};
struct filters {
	struct filter *v;
	size_t n, cap;
};
static void filters_free(struct filters *f) { free(f->v); }
#define _cleanup_filters_ _cleanup_(filters_free)

enum qdisc { QDISC_NONE, QDISC_CLSACT, QDISC_INGRESS };
struct qdisc_at {
	unsigned int ifindex;
	enum qdisc qdisc;
};
struct qdiscs {
	struct qdisc_at *v;
	size_t n, cap;
};
static void qdiscs_free(struct qdiscs *q) { free(q->v); }
#define _cleanup_qdiscs_ _cleanup_(qdiscs_free)

static __u32 parent_of(enum hook hook)
{
	return TC_H_MAKE(TC_H_CLSACT, hook == HOOK_TC_OUT ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
}

static struct nlmsghdr *tc_request(struct rtnl *r, void *buf, __u16 type, __u16 flags, struct tcmsg tc)
{
	struct nlmsghdr *nlh = rtnl_request(r, buf, type, flags);

	tc.tcm_family = AF_UNSPEC;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(tc)), &tc, sizeof(tc));
	return nlh;
}

static int on_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	struct qdiscs *q = (struct qdiscs *)arg;
	const struct tcmsg *tc = (const struct tcmsg *)mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct qdisc_at at;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*tc))
		return MNL_CB_ERROR;
	mnl_attr_for_each(attr, nlh, sizeof(*tc)) {
		if (mnl_attr_get_type(attr) != TCA_KIND || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			continue;
		at.ifindex = (unsigned int)tc->tcm_ifindex;
		if (!strcmp(mnl_attr_get_str(attr), "clsact"))
			at.qdisc = QDISC_CLSACT;
		else if (!strcmp(mnl_attr_get_str(attr), "ingress"))
			at.qdisc = QDISC_INGRESS;
		else
			continue;
		GROW(q->v, q->n, q->cap);
		q->v[q->n++] = at;
	}
	return MNL_CB_OK;
}

/* The clsact and ingress qdiscs of all interfaces. */
static int list_qdiscs(struct rtnl *r, struct qdiscs *q, char **err)
{
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	int rc, tries = DUMP_TRIES;

	do {
		q->n = 0;
		rc = rtnl_talk(r, tc_request(r, buf, RTM_GETQDISC, NLM_F_DUMP, (struct tcmsg){ .tcm_ifindex = 0 }), on_qdisc, q);
	} while (rc == -EINTR && --tries);
	return rc ? FAIL(err, rc, "clsact: the kernel does not list qdiscs: %s", rtnl_words(r, rc)) : 0;
}

static enum qdisc qdisc_of(const struct qdiscs *q, unsigned int ifindex)
{
	size_t i;

	for (i = 0; i < q->n; i++) {
		if (q->v[i].ifindex == ifindex)
			return q->v[i].qdisc;
	}
	return QDISC_NONE;
}

static int on_bpf_option(const struct nlattr *attr, void *arg)
{
	struct filter *f = (struct filter *)arg;

	if (mnl_attr_get_type(attr) == TCA_BPF_ID && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		f->prog_id = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == TCA_BPF_FLAGS && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		f->direct = mnl_attr_get_u32(attr) & TCA_BPF_FLAG_ACT_DIRECT;
	else if (mnl_attr_get_type(attr) == TCA_BPF_NAME && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		f->ours = !strcmp(mnl_attr_get_str(attr), FILTER_NAME);
	return MNL_CB_OK;
}

static int on_filter(const struct nlmsghdr *nlh, void *arg)
{
	struct filters *out = (struct filters *)arg;
	const struct tcmsg *tc = (const struct tcmsg *)mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *options = NULL;
	struct filter f;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*tc))
		return MNL_CB_ERROR;
	memset(&f, 0, sizeof(f));
	f.ifindex = (unsigned int)tc->tcm_ifindex;
	f.handle = tc->tcm_handle;
	f.priority = (__u16)(TC_H_MAJ(tc->tcm_info) >> 16);
	f.protocol = (__u16)TC_H_MIN(tc->tcm_info);
	mnl_attr_for_each(attr, nlh, sizeof(*tc)) {
		if (mnl_attr_get_type(attr) == TCA_KIND && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			strncpy(f.name, mnl_attr_get_str(attr), sizeof(f.name) - 1);
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			options = attr;
	}
	f.bpf = !strcmp(f.name, "bpf");
	if (f.bpf && options && mnl_attr_parse_nested(options, on_bpf_option, &f) < 0)
		return MNL_CB_ERROR;
	f.ours = f.ours && f.bpf && f.direct && f.handle == FILTER_HANDLE;
	GROW(out->v, out->n, out->cap);
	out->v[out->n++] = f;
	return MNL_CB_OK;
}

/* Filters on one hook, in running order. Kinds have an entry of their own with handle 0 ahead of their
 * filters. */
static int list_filters(struct rtnl *r, unsigned int ifindex, enum hook hook, struct filters *out, char **err)
{
	struct tcmsg tc = { .tcm_ifindex = (int)ifindex, .tcm_parent = parent_of(hook) };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	int rc, tries = DUMP_TRIES;

	do {
		out->n = 0;
		rc = rtnl_talk(r, tc_request(r, buf, RTM_GETTFILTER, NLM_F_DUMP, tc), on_filter, out);
	} while (rc == -EINTR && --tries);
	if (rc == -ENODEV || rc == -EINVAL) /* no such interface, no such qdisc */
		return 0;
	return rc ? FAIL(err, rc, "clsact: the kernel does not list filters: %s", rtnl_words(r, rc)) : 0;
}

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
	struct tcmsg tc = { .tcm_ifindex = (int)ifc->index, .tcm_parent = TC_H_CLSACT, .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0) };
	_cleanup_free_ char *mark = mark_path(in, ifc->index);
	_cleanup_qdiscs_ struct qdiscs q = { NULL, 0, 0 };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh;
	int rc = list_qdiscs(r, &q, err);
	enum qdisc there = rc ? QDISC_NONE : qdisc_of(&q, ifc->index);

	if (rc || there == QDISC_CLSACT || (there == QDISC_INGRESS && hook == HOOK_TC_IN))
		return rc;
	if (there == QDISC_INGRESS)
		return FAIL(err, -EBUSY,
			    "%s: its 'ingress' qdisc leaves no place for an egress filter "
			    "(tc qdisc delete dev %s ingress)",
			    ifc->name, ifc->name);
	if (mkdir(mark, 0700) < 0 && errno != EEXIST)
		return FAIL(err, -errno, "%s: cannot mark the qdisc in %s: %s", ifc->name, in->shown, strerror(errno));
	nlh = tc_request(r, buf, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, tc);
	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	rc = rtnl_talk(r, nlh, NULL, NULL);
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
	struct tcmsg tc = { .tcm_ifindex = (int)ifindex, .tcm_parent = TC_H_CLSACT, .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0) };
	_cleanup_free_ char *mark = mark_path(in, ifindex);
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	_cleanup_qdiscs_ struct qdiscs q = { NULL, 0, 0 };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh;

	if (access(mark, F_OK) < 0 || list_qdiscs(r, &q, NULL) || qdisc_of(&q, ifindex) != QDISC_CLSACT)
		return;
	if (list_filters(r, ifindex, HOOK_TC_IN, &f, NULL) || f.n || list_filters(r, ifindex, HOOK_TC_OUT, &f, NULL) || f.n)
		return;
	nlh = tc_request(r, buf, RTM_DELQDISC, 0, tc);
	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	if (!rtnl_talk(r, nlh, NULL, NULL))
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

static int put_filter(struct rtnl *r, const struct iface *ifc, const struct hook_request *rq, __u16 priority, bool replace,
		      char **err)
{
	struct tcmsg tc = { .tcm_ifindex = (int)ifc->index,
			    .tcm_parent = parent_of(rq->hook),
			    .tcm_handle = FILTER_HANDLE,
			    .tcm_info = TC_H_MAKE((__u32)priority << 16, htons(ETH_P_ALL)) };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh = tc_request(r, buf, RTM_NEWTFILTER, NLM_F_CREATE | (replace ? 0 : NLM_F_EXCL), tc);
	struct nlattr *options;
	int rc;

	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_BPF_FD, (uint32_t)rq->prog_fd);
	mnl_attr_put_strz(nlh, TCA_BPF_NAME, FILTER_NAME);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS_GEN, TCA_CLS_FLAGS_SKIP_HW);
	mnl_attr_nest_end(nlh, options);
	rc = rtnl_talk(r, nlh, NULL, NULL);
	return rc ? FAIL(err, rc, "%s: cannot add a filter to clsact: %s (is the kernel module cls_bpf there?)", ifc->name,
			 rtnl_words(r, rc))
		  : 0;
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
		rc = list_filters(&r, ifc->index, rq->hook, &f, err);
	if (rc)
		return rc;
	priority = choose_priority(&f, &first, &replace);
	rc = put_filter(&r, ifc, rq, priority, replace, err);
	if (rc)
		drop_qdisc(&r, in, ifc->index);
	else if (!first)
		FAIL(note, 0,
		     "%s: attached behind another TC filter, which may pass or drop packets unseen "
		     "(tc filter show dev %s %s)",
		     ifc->name, ifc->name, rq->hook == HOOK_TC_OUT ? "egress" : "ingress");
	return rc;
}

static int delete_filter(struct rtnl *r, const struct filter *f, enum hook hook, char **err)
{
	struct tcmsg tc = { .tcm_ifindex = (int)f->ifindex,
			    .tcm_parent = parent_of(hook),
			    .tcm_handle = f->handle,
			    .tcm_info = TC_H_MAKE((__u32)f->priority << 16, f->protocol) };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh = tc_request(r, buf, RTM_DELTFILTER, 0, tc);
	int rc;

	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	rc = rtnl_talk(r, nlh, NULL, NULL);
	if (!rc || rc == -ENOENT || rc == -ENODEV)
		return 0;
	return FAIL(err, rc, "interface %u: cannot delete the clsact filter: %s", f->ifindex, rtnl_words(r, rc));
}

int hook_clsact_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	int rc = rtnl_open(&r, err), found = 0;
	size_t i;

	if (!rc)
		rc = list_filters(&r, ifindex, hook, &f, err);
	for (i = 0; !rc && i < f.n; i++) {
		if (!f.v[i].ours)
			continue;
		found++;
		rc = delete_filter(&r, &f.v[i], hook, err);
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
		rc = list_filters(&r, ifc->index, hook, &f, err);
	for (i = 0; !rc && i < f.n; i++) {
		if (f.v[i].handle)
			add_filter(&f.v[i], ifc, hook, out);
	}
	return rc;
}

static int list_ours(struct rtnl *r, const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err)
{
	_cleanup_filters_ struct filters f = { NULL, 0, 0 };
	int rc = list_filters(r, ifc->index, hook, &f, err);
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
		rc = list_qdiscs(&r, &q, err);
	for (i = 0; !rc && i < q.n; i++) {
		if (iface_get(NULL, q.v[i].ifindex, &ifc, NULL))
			continue;
		rc = list_ours(&r, &ifc, HOOK_TC_IN, out, err);
		if (!rc && q.v[i].qdisc == QDISC_CLSACT)
			rc = list_ours(&r, &ifc, HOOK_TC_OUT, out, err);
	}
	return rc;
}
