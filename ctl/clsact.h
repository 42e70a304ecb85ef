/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clsact qdisc and direct-action BPF filters in it, as rtnetlink has them (net/sched/sch_ingress.c, cls_bpf.c of the kernel). All return
 * 0 or a negative errno, with *err where they take one; else rtnl_words() has the kernel's own.
 */
#ifndef FW_CLSACT_H
#define FW_CLSACT_H

#include <linux/bpf.h>
#include "hook.h"
#include "rtnl.h"

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
static inline void filters_free(struct filters *f) { free(f->v); }
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
static inline void qdiscs_free(struct qdiscs *q) { free(q->v); }
#define _cleanup_qdiscs_ _cleanup_(qdiscs_free)

/* The clsact and ingress qdiscs of all interfaces, into *q; that of one. */
int clsact_qdiscs(struct rtnl *r, struct qdiscs *q, char **err);
enum qdisc clsact_qdisc_of(const struct qdiscs *q, unsigned int ifindex);
/* A clsact qdisc on the interface, -EEXIST where there is one; and none any more, with all filters in it. */
int clsact_make(struct rtnl *r, unsigned int ifindex);
int clsact_remove(struct rtnl *r, unsigned int ifindex);

/*
 * Filters on one hook, into *out, in running order; none where there is no interface or no qdisc. Kinds have an entry of their own with
 * handle 0 ahead of their filters. A filter is ours by its name and handle.
 */
int clsact_filters(struct rtnl *r, unsigned int ifindex, enum hook hook, struct filters *out, char **err);
/* A filter of ours, for all protocols; with `replace` in the place of the one that is there. */
int clsact_put(struct rtnl *r, const struct iface *ifc, enum hook hook, int prog_fd, __u16 priority, bool replace, char **err);
/* 0 also where it or its interface has gone. */
int clsact_delete(struct rtnl *r, const struct filter *f, enum hook hook, char **err);

#endif
