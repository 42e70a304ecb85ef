/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "fail.h"
#include "iface.h"
#include "rtnl.h"

/* linux/if_arp.h has them, but does not go together with net/if.h. */
#ifndef ARPHRD_RAWIP
#define ARPHRD_RAWIP 519
#endif
#ifndef ARPHRD_IP6GRE
#define ARPHRD_IP6GRE 823
#endif

enum { DUMP_TRIES = 8 };

/*
 * Types whose packets begin with an Ethernet header (loopback's do), and those whose packets begin with the
 * IP header where TC sees them. PPP's framing is off by then (net/core/dev.c, drivers/net/ppp/ppp_generic.c).
 */
static void link_of_type(struct iface *ifc)
{
	ifc->link_known = true;
	switch (ifc->type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		ifc->link = LINK_ETHER;
		return;
	case ARPHRD_NONE:
	case ARPHRD_RAWIP:
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
		ifc->link = LINK_IP;
		return;
	}
	ifc->link_known = false;
}

static int on_xdp_attr(const struct nlattr *attr, void *arg)
{
	struct iface *ifc = (struct iface *)arg;

	if (mnl_attr_get_payload_len(attr) < sizeof(uint32_t))
		return MNL_CB_OK;
	if (mnl_attr_get_type(attr) == IFLA_XDP_DRV_PROG_ID)
		ifc->xdp_native = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_XDP_SKB_PROG_ID)
		ifc->xdp_generic = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_XDP_HW_PROG_ID)
		ifc->xdp_offload = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* The attribute may be shorter than this binary's struct, or longer: fields are only ever added at its end. */
static void take_stats(const struct nlattr *attr, struct iface *ifc)
{
	struct rtnl_link_stats64 st;
	size_t n = mnl_attr_get_payload_len(attr);

	memset(&st, 0, sizeof(st));
	memcpy(&st, mnl_attr_get_payload(attr), n < sizeof(st) ? n : sizeof(st));
	ifc->packets[DIRECTION_IN] = st.rx_packets;
	ifc->packets[DIRECTION_OUT] = st.tx_packets;
	ifc->bytes[DIRECTION_IN] = st.rx_bytes;
	ifc->bytes[DIRECTION_OUT] = st.tx_bytes;
}

/* What a link's attributes say of the device below it; IFLA_LINK means other things for tunnels and pairs. */
struct lower {
	struct iface *ifc;
	unsigned int link;
	bool elsewhere, stacked;
};

static int on_vlan_attr(const struct nlattr *attr, void *arg)
{
	struct iface *ifc = (struct iface *)arg;

	if (mnl_attr_get_type(attr) == IFLA_VLAN_ID && mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
		ifc->vid = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int on_info_attr(const struct nlattr *attr, void *arg)
{
	struct lower *l = (struct lower *)arg;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0) {
		const char *kind = mnl_attr_get_str(attr);

		l->ifc->tags = !strcmp(kind, "vlan");
		l->ifc->veth = !strcmp(kind, "veth");
		l->stacked = l->ifc->tags || !strcmp(kind, "macvlan") || !strcmp(kind, "ipvlan");
	} else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA && l->ifc->tags) { /* behind the kind */
		return mnl_attr_parse_nested(attr, on_vlan_attr, l->ifc);
	}
	return MNL_CB_OK;
}

static int on_link_attr(const struct nlattr *attr, void *arg)
{
	struct lower *l = (struct lower *)arg;
	struct iface *ifc = l->ifc;
	bool number = mnl_attr_validate(attr, MNL_TYPE_U32) >= 0;

	if (mnl_attr_get_type(attr) == IFLA_IFNAME && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		strncpy(ifc->name, mnl_attr_get_str(attr), IFNAMSIZ - 1);
	else if (mnl_attr_get_type(attr) == IFLA_MTU && number)
		ifc->mtu = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_STATS64)
		take_stats(attr, ifc);
	else if (mnl_attr_get_type(attr) == IFLA_MASTER && number)
		ifc->master = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_LINK && number)
		l->link = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_LINK_NETNSID)
		l->elsewhere = true;
	else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
		return mnl_attr_parse_nested(attr, on_info_attr, l);
	else if (mnl_attr_get_type(attr) == IFLA_XDP)
		return mnl_attr_parse_nested(attr, on_xdp_attr, ifc);
	return MNL_CB_OK;
}

struct iface_vec {
	struct iface *v;
	size_t n, cap;
};

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	struct iface_vec *vec = (struct iface_vec *)arg;
	const struct ifinfomsg *ifi = (const struct ifinfomsg *)mnl_nlmsg_get_payload(nlh);
	struct iface ifc;
	struct lower lower = { .ifc = &ifc };

	if (nlh->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return MNL_CB_OK;
	memset(&ifc, 0, sizeof(ifc));
	ifc.index = (unsigned int)ifi->ifi_index;
	ifc.type = ifi->ifi_type;
	ifc.up = ifi->ifi_flags & IFF_UP;
	ifc.loopback = ifi->ifi_flags & IFF_LOOPBACK;
	link_of_type(&ifc);
	if (mnl_attr_parse(nlh, sizeof(*ifi), on_link_attr, &lower) < 0)
		return MNL_CB_ERROR;
	ifc.below = lower.stacked && !lower.elsewhere ? lower.link : 0;
	GROW(vec->v, vec->n, vec->cap);
	vec->v[vec->n++] = ifc;
	return MNL_CB_OK;
}

/* RTM_GETLINK for one interface, or for all where name is NULL and index 0. */
static int query(const char *name, unsigned int index, struct iface_vec *vec, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	int rc = rtnl_open(&r, err), tries = DUMP_TRIES;

	if (rc)
		return rc;
	do {
		struct nlmsghdr *nlh = rtnl_request(&r, buf, RTM_GETLINK, name || index ? 0 : NLM_F_DUMP);
		struct ifinfomsg *ifi = (struct ifinfomsg *)mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

		ifi->ifi_index = (int)index;
		if (name)
			mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
		if (!name && !index)
			mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		vec->n = 0;
		rc = rtnl_talk(&r, nlh, on_link, vec);
	} while (rc == -EINTR && --tries);
	if (rc && rc != -ENODEV)
		return FAIL(err, rc, "interfaces: the kernel does not list them: %s", rtnl_words(&r, rc));
	return rc;
}

static int no_such_interface(const char *name, char **err)
{
	_cleanup_free_ struct iface *v = NULL;
	_cleanup_strbuf_ struct strbuf have = { NULL, 0, 0 };
	size_t n = 0, i;

	strbuf_add(&have, "have:");
	if (!iface_list(&v, &n, NULL)) {
		for (i = 0; i < n && i < 12; i++)
			strbuf_add(&have, "%s %s", i ? "," : "", v[i].name);
	}
	return FAIL(err, -ENODEV, "%s: no such interface in this network namespace (%s%s)", name, have.str,
		    n > 12 ? ", ..." : "");
}

int iface_get(const char *name, unsigned int index, struct iface *out, char **err)
{
	struct iface_vec vec = { NULL, 0, 0 };
	_cleanup_free_ struct iface *v = NULL;
	int rc = -ENODEV;

	if (name ? (*name && strlen(name) < IFNAMSIZ) : index != 0)
		rc = query(name, name ? 0 : index, &vec, err);
	v = vec.v;
	if (!rc && !vec.n)
		rc = -ENODEV;
	if (!rc)
		*out = v[0];
	if (rc != -ENODEV)
		return rc;
	return name ? no_such_interface(name, err) : FAIL(err, rc, "interface %u: no longer there", index);
}

static int by_index(const void *a, const void *b)
{
	const struct iface *x = (const struct iface *)a, *y = (const struct iface *)b;

	return x->index < y->index ? -1 : x->index > y->index;
}

int iface_list(struct iface **v, size_t *n, char **err)
{
	struct iface_vec vec = { NULL, 0, 0 };
	int rc = query(NULL, 0, &vec, err);

	if (rc) {
		free(vec.v);
		return rc;
	}
	if (vec.n)
		qsort(vec.v, vec.n, sizeof(*vec.v), by_index);
	*v = vec.v;
	*n = vec.n;
	return 0;
}

void iface_of_address(enum family family, const addr_t *a, char out[IFNAMSIZ])
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all))
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		const struct sockaddr_in *in4 = (const struct sockaddr_in *)(const void *)i->ifa_addr;
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)i->ifa_addr;

		if (!i->ifa_addr)
			continue;
		if ((family == FAMILY_INET && i->ifa_addr->sa_family == AF_INET && in4->sin_addr.s_addr == a->w[3]) ||
		    (family == FAMILY_INET6 && i->ifa_addr->sa_family == AF_INET6 && !memcmp(&in6->sin6_addr, a, 16)))
			snprintf(out, IFNAMSIZ, "%s", i->ifa_name);
	}
	freeifaddrs(all);
}

bool iface_strips_vlan(const struct iface *ifc)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS, .data = 0 };
	struct ifreq req;

	memset(&req, 0, sizeof(req));
	memcpy(req.ifr_name, ifc->name, IFNAMSIZ);
	req.ifr_data = (char *)&value;
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &req) < 0)
		return false;
	return value.data & ETH_FLAG_RXVLAN;
}
