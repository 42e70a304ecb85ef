/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests over rtnetlink (RFC 3549; the kernel's Documentation/userspace-api/netlink/intro.rst), or another family of
 * netlink, with libmnl: one request, its answers, its end, and the kernel's own words (extended ack) when it refuses.
 */
#ifndef FW_RTNL_H
#define FW_RTNL_H

#include <libmnl/libmnl.h>
#include <stdint.h>
#include "util.h"

/* libmnl's own has a void * stand for an attribute without a cast. */
#undef mnl_attr_for_each
#define mnl_attr_for_each(attr, nlh, offset)                                                \
	for ((attr) = (const struct nlattr *)mnl_nlmsg_get_payload_offset((nlh), (offset)); \
	     mnl_attr_ok((attr), (char *)mnl_nlmsg_get_payload_tail(nlh) - (const char *)(attr)); (attr) = mnl_attr_next(attr))

enum { RTNL_REQUEST_SIZE = 1024 };

/* A socket in the network namespace that the process was in at rtnl_open(). */
struct rtnl {
	struct mnl_socket *nl;
	unsigned int seq, portid;
	char *words; /* extended ack of the last request that failed, or NULL; owned */
};

/* Returns 0 or a negative errno, then with a message in *err (fail.h). rtnl_close() releases. */
int rtnl_open(struct rtnl *r, char **err);
/* The same over another family: NETLINK_SOCK_DIAG, ...; `name` is what messages call it. */
int rtnl_open_family(struct rtnl *r, int family, const char *name, char **err);
void rtnl_close(struct rtnl *r);
#define _cleanup_rtnl_ _cleanup_(rtnl_close)

/*
 * Begin a request in buf (RTNL_REQUEST_SIZE bytes, aligned as a nlmsghdr); NLM_F_REQUEST is added, and
 * NLM_F_ACK unless flags ask for a dump. The caller puts the family header and the attributes behind it.
 */
struct nlmsghdr *rtnl_request(struct rtnl *r, void *buf, uint16_t type, uint16_t flags);

/*
 * Send and read up to the acknowledgement or the end of the dump; cb (may be NULL) sees each answer and returns
 * MNL_CB_OK. Returns 0 or a negative errno; -EINTR when a dump changed while it was read: start over.
 */
int rtnl_talk(struct rtnl *r, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg);

/* Why rtnl_talk() returned rc: the kernel's own words where it gave some, else strerror's. */
const char *rtnl_words(const struct rtnl *r, int rc);

#endif
