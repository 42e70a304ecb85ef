/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "route.h"

static int on_attr(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == RTA_OIF && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*(int *)arg = (int)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(struct rtmsg))
		return MNL_CB_OK;
	return mnl_attr_parse(nlh, sizeof(struct rtmsg), on_attr, arg) < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

int route_device(struct rtnl *r, const struct route_query *q)
{
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh = rtnl_request(r, buf, RTM_GETROUTE, 0);
	struct rtmsg *rt = (struct rtmsg *)mnl_nlmsg_put_extra_header(nlh, sizeof(*rt));
	bool v4 = q->family == FAMILY_INET;
	size_t size = v4 ? 4 : 16, at = 16 - size;
	int device = -ENETUNREACH, rc;

	rt->rtm_family = v4 ? AF_INET : AF_INET6;
	rt->rtm_src_len = rt->rtm_dst_len = (unsigned char)(size * 8);
	mnl_attr_put(nlh, RTA_DST, size, q->dst.b + at);
	mnl_attr_put(nlh, RTA_SRC, size, q->src.b + at);
	if (q->ifindex)
		mnl_attr_put_u32(nlh, RTA_OIF, q->ifindex);
	if (q->mark)
		mnl_attr_put_u32(nlh, RTA_MARK, q->mark);
	rc = rtnl_talk(r, nlh, on_route, &device);
	return rc ? rc : device;
}
