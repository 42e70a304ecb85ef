/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include "fail.h"
#include "rtnl.h"

enum { ANSWER_SIZE = 32768 };

struct talk {
	struct rtnl *r;
	mnl_cb_t cb;
	void *arg;
	bool ended, interrupted;
};

int rtnl_open_family(struct rtnl *r, int family, const char *name, char **err)
{
	int on = 1;

	*r = (struct rtnl){ NULL, 0, 0, NULL };
	r->nl = mnl_socket_open2(family, SOCK_CLOEXEC);
	if (!r->nl || mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		int rc = -errno;

		rtnl_close(r);
		return FAIL(err, rc, "%s: cannot open a socket: %s", name, strerror(-rc));
	}
	r->portid = mnl_socket_get_portid(r->nl);
	/* Best effort: without them only the kernel's explanations are missing. */
	(void)mnl_socket_setsockopt(r->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(r->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

int rtnl_open(struct rtnl *r, char **err) { return rtnl_open_family(r, NETLINK_ROUTE, "rtnetlink", err); }

void rtnl_close(struct rtnl *r)
{
	if (r->nl)
		mnl_socket_close(r->nl);
	free(r->words);
	*r = (struct rtnl){ NULL, 0, 0, NULL };
}

struct nlmsghdr *rtnl_request(struct rtnl *r, void *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh;

	memset(buf, 0, RTNL_REQUEST_SIZE);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = ++r->seq;
	return nlh;
}

/* linux/netlink.h: struct nlmsgerr, then the request's payload unless capped, then NLMSGERR_ATTR_*. */
static void keep_words(struct rtnl *r, const struct nlmsghdr *nlh, const struct nlmsgerr *e)
{
	const struct nlattr *attr;
	size_t skip = sizeof(*e);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len >= sizeof(e->msg))
		skip += e->msg.nlmsg_len - sizeof(e->msg);
	if (MNL_ALIGN(skip) >= mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(attr, nlh, (unsigned int)skip) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG || r->words)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			r->words = xstrdup(mnl_attr_get_str(attr));
	}
}

/* The acknowledgement: an error, or 0. */
static int on_ack(struct talk *t, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = (const struct nlmsgerr *)mnl_nlmsg_get_payload(nlh);

	t->ended = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return -EBADMSG;
	if (!e->error)
		return 0;
	keep_words(t->r, nlh, e);
	return e->error < 0 ? e->error : -e->error;
}

/* The end of a dump carries its result. */
static int on_done(struct talk *t, const struct nlmsghdr *nlh)
{
	int rc = 0;

	t->ended = true;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(rc))
		memcpy(&rc, mnl_nlmsg_get_payload(nlh), sizeof(rc));
	if (rc < 0)
		return rc;
	return t->interrupted ? -EINTR : 0;
}

static int on_message(struct talk *t, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != t->r->seq)
		return 0; /* left over from a request that was broken off */
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return on_ack(t, nlh);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return on_done(t, nlh);
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !t->cb || t->interrupted)
		return 0;
	return t->cb(nlh, t->arg) < 0 ? -EBADMSG : 0;
}

int rtnl_talk(struct rtnl *r, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg)
{
	struct talk t = { r, cb, arg, false, false };
	_cleanup_free_ char *buf = (char *)xmalloc(ANSWER_SIZE);
	int rc = 0;

	free(TAKE_PTR(r->words));
	if (mnl_socket_sendto(r->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (!t.ended && !rc) {
		ssize_t n = mnl_socket_recvfrom(r->nl, buf, ANSWER_SIZE);
		const struct nlmsghdr *m = (const struct nlmsghdr *)buf;
		int left = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (; !rc && !t.ended && mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
			rc = on_message(&t, m);
	}
	return rc;
}

const char *rtnl_words(const struct rtnl *r, int rc) { return r->words ? r->words : strerror(rc < 0 ? -rc : rc); }
