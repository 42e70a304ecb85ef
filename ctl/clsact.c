/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include "clsact.h"
#include "fail.h"

#define FILTER_NAME   "fwctl"
#define FILTER_HANDLE 0x66770001u
enum { DUMP_TRIES = 8 };

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

int clsact_qdiscs(struct rtnl *r, struct qdiscs *q, char **err)
{
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	int rc, tries = DUMP_TRIES;

	do {
		q->n = 0;
		rc = rtnl_talk(r, tc_request(r, buf, RTM_GETQDISC, NLM_F_DUMP, (struct tcmsg){ .tcm_ifindex = 0 }), on_qdisc, q);
	} while (rc == -EINTR && --tries);
	return rc ? FAIL(err, rc, "clsact: the kernel does not list qdiscs: %s", rtnl_words(r, rc)) : 0;
}

enum qdisc clsact_qdisc_of(const struct qdiscs *q, unsigned int ifindex)
{
	size_t i;

	for (i = 0; i < q->n; i++) {
		if (q->v[i].ifindex == ifindex)
			return q->v[i].qdisc;
	}
	return QDISC_NONE;
}

/* Asks for a clsact qdisc to be made, or removed. */
static int change_qdisc(struct rtnl *r, unsigned int ifindex, __u16 type, __u16 flags)
{
	struct tcmsg tc = { .tcm_ifindex = (int)ifindex, .tcm_parent = TC_H_CLSACT, .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0) };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh = tc_request(r, buf, type, flags, tc);

	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	return rtnl_talk(r, nlh, NULL, NULL);
}

int clsact_make(struct rtnl *r, unsigned int ifindex)
{
	return change_qdisc(r, ifindex, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
}

int clsact_remove(struct rtnl *r, unsigned int ifindex) { return change_qdisc(r, ifindex, RTM_DELQDISC, 0); }

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

int clsact_filters(struct rtnl *r, unsigned int ifindex, enum hook hook, struct filters *out, char **err)
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

int clsact_put(struct rtnl *r, const struct iface *ifc, enum hook hook, int prog_fd, __u16 priority, bool replace, char **err)
{
	struct tcmsg tc = { .tcm_ifindex = (int)ifc->index,
			    .tcm_parent = parent_of(hook),
			    .tcm_handle = FILTER_HANDLE,
			    .tcm_info = TC_H_MAKE((__u32)priority << 16, htons(ETH_P_ALL)) };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh = tc_request(r, buf, RTM_NEWTFILTER, NLM_F_CREATE | (replace ? 0 : NLM_F_EXCL), tc);
	struct nlattr *options;
	int rc;

	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_BPF_FD, (uint32_t)prog_fd);
	mnl_attr_put_strz(nlh, TCA_BPF_NAME, FILTER_NAME);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS_GEN, TCA_CLS_FLAGS_SKIP_HW);
	mnl_attr_nest_end(nlh, options);
	rc = rtnl_talk(r, nlh, NULL, NULL);
	return rc ? FAIL(err, rc, "%s: cannot add a filter to clsact: %s (is the kernel module cls_bpf there?)", ifc->name,
			 rtnl_words(r, rc))
		  : 0;
}

int clsact_delete(struct rtnl *r, const struct filter *f, enum hook hook, char **err)
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
