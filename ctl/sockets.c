/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include "fail.h"
#include "rtnl.h"
#include "sockets.h"

enum { DUMP_TRIES = 8 };

void socket_list_free(struct socket_list *l)
{
	free(l->v);
	*l = (struct socket_list){ NULL, 0, 0 };
}

static int by_ends(const void *a, const void *b) { return memcmp(a, b, offsetof(struct socket_info, state)); }

void socket_list_sort(struct socket_list *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_ends);
}

bool socket_list_has(const struct socket_list *l, const struct socket_info *s)
{
	return l->n && bsearch(s, l->v, l->n, sizeof(*l->v), by_ends);
}

static addr_t address(__u8 family, const __be32 w[4])
{
	addr_t a = { .w = { 0, 0, 0, 0 } };

	if (family == AF_INET6)
		memcpy(&a, w, sizeof(a));
	else
		a = (addr_t){ .w = { 0, 0, __builtin_bswap32(0xffff), w[0] } };
	return a;
}

static bool is_mapped(const addr_t *a) { return !a->w[0] && !a->w[1] && a->w[2] == __builtin_bswap32(0xffff); }

static int on_attr(const struct nlattr *attr, void *arg)
{
	struct socket_info *s = (struct socket_info *)arg;

	if (mnl_attr_get_type(attr) == INET_DIAG_SKV6ONLY && mnl_attr_validate(attr, MNL_TYPE_U8) >= 0)
		s->v6only = mnl_attr_get_u8(attr);
	else if (mnl_attr_get_type(attr) == INET_DIAG_MARK && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		s->mark = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

struct dump {
	struct socket_list *out;
	__u8 proto;
};

static int on_socket(const struct nlmsghdr *nlh, void *arg)
{
	const struct inet_diag_msg *m = (const struct inet_diag_msg *)mnl_nlmsg_get_payload(nlh);
	const struct dump *d = (const struct dump *)arg;
	struct socket_list *l = d->out;
	struct socket_info s;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(nlh) < sizeof(*m))
		return MNL_CB_OK;
	s = (struct socket_info){
		.local = address(m->idiag_family, m->id.idiag_src),
		.remote = address(m->idiag_family, m->id.idiag_dst),
		.lport = { m->id.idiag_sport },
		.rport = { m->id.idiag_dport },
		.proto = d->proto,
		.state = m->idiag_state,
		.ifindex = m->id.idiag_if,
	};
	s.family = is_mapped(&s.local) ? FAMILY_INET : FAMILY_INET6;
	if (mnl_attr_parse(nlh, sizeof(*m), on_attr, &s) < 0)
		return MNL_CB_ERROR;
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = s;
	return MNL_CB_OK;
}

/* Sockets in TIME-WAIT are left out: their connection has ended, at most an acknowledgement is said once more. */
static __u32 states_of(__u8 proto)
{
	if (proto == PROTO_UDP)
		return 1u << SOCKET_ESTABLISHED | 1u << SOCKET_CLOSE;
	return ((2u << SOCKET_NEW_SYN_RECV) - 2) & ~(1u << SOCKET_TIME_WAIT | 1u << SOCKET_CLOSE);
}

static int dump(struct rtnl *r, __u8 family, const struct dump *d)
{
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	size_t before = d->out->n;
	int rc, tries = DUMP_TRIES;

	do {
		struct nlmsghdr *nlh = rtnl_request(r, buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
		struct inet_diag_req_v2 *rq = (struct inet_diag_req_v2 *)mnl_nlmsg_put_extra_header(nlh, sizeof(*rq));

		rq->sdiag_family = family;
		rq->sdiag_protocol = d->proto;
		rq->idiag_states = states_of(d->proto);
		d->out->n = before;
		rc = rtnl_talk(r, nlh, on_socket, (void *)d);
	} while (rc == -EINTR && --tries);
	return rc;
}

int sockets_read(__u8 proto, struct socket_list *out, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	const struct dump d = { out, proto };
	int rc = rtnl_open_family(&r, NETLINK_SOCK_DIAG, "sock_diag", err);

	if (rc)
		return rc;
	rc = dump(&r, AF_INET, &d);
	rc = rc ?: dump(&r, AF_INET6, &d);
	return rc ? FAIL(err, rc, "sockets: the kernel does not list them: %s", rtnl_words(&r, rc)) : 0;
}
