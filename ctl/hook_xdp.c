/* SPDX-License-Identifier: GPL-2.0 */
/* XDP by bpf_link (Linux 5.9); the rules are those of dev_xdp_attach() in the kernel's net/core/dev.c. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include "hook_impl.h"
#include "rtnl.h"

static const char *mode_words(__u32 flags) { return flags == XDP_FLAGS_SKB_MODE ? "generic" : "native"; }

static enum attach_kind kind_of(__u32 flags) { return flags == XDP_FLAGS_SKB_MODE ? ATTACH_XDP_GENERIC : ATTACH_XDP_NATIVE; }

/* The old way, by netlink: fd -1 detaches, expected is what must be there (or -1). Its refusals are explained
 * (r->words). */
static int set_by_netlink(struct rtnl *r, unsigned int ifindex, int fd, int expected, __u32 flags)
{
	__u64 buf[RTNL_REQUEST_SIZE / sizeof(__u64)];
	struct nlmsghdr *nlh = rtnl_request(r, buf, RTM_SETLINK, 0);
	struct ifinfomsg *ifi = (struct ifinfomsg *)mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *xdp;

	ifi->ifi_index = (int)ifindex;
	if (expected >= 0)
		flags |= XDP_FLAGS_REPLACE;
	xdp = mnl_attr_nest_start(nlh, IFLA_XDP);
	mnl_attr_put_u32(nlh, IFLA_XDP_FD, (uint32_t)fd);
	mnl_attr_put_u32(nlh, IFLA_XDP_FLAGS, flags);
	if (expected >= 0)
		mnl_attr_put_u32(nlh, IFLA_XDP_EXPECTED_FD, (uint32_t)expected);
	mnl_attr_nest_end(nlh, xdp);
	return rtnl_talk(r, nlh, NULL, NULL);
}

/*
 * Why the driver refused: creating a link does not say, netlink does. The same is tried once more that way;
 * should it succeed now, it is undone. Owned string.
 */
static char *driver_words(int prog_fd, unsigned int ifindex, __u32 flags, int rc)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	int again;

	if (rtnl_open(&r, NULL))
		return xstrdup(strerror(-rc));
	again = set_by_netlink(&r, ifindex, prog_fd, -1, flags | XDP_FLAGS_UPDATE_IF_NOEXIST);
	if (!again) {
		set_by_netlink(&r, ifindex, -1, prog_fd, flags);
		return xstrdup(strerror(-rc));
	}
	return xstrdup(again == rc ? rtnl_words(&r, rc) : strerror(-rc));
}

/* A link, or a negative errno. EBUSY and EEXIST are waited out: they may come from a link that is being
 * released. */
static int create_link(int prog_fd, unsigned int ifindex, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int left = HOOK_WAIT_MS, fd;

	while ((fd = bpf_link_create(prog_fd, (int)ifindex, BPF_XDP, &opts)) == -EBUSY || fd == -EEXIST) {
		if (left <= 0)
			break;
		hook_pause();
		left -= HOOK_POLL_MS;
	}
	return fd;
}

struct foreign {
	__u32 id, flags;
	char name[BPF_OBJ_NAME_LEN];
	int fd; /* to put it back; -1 where it cannot be had */
};

static void foreign_close(struct foreign *f) { cleanup_close_fn(&f->fd); }

/* What is on the interface now. -ENODATA where nothing is. */
static int find_foreign(const struct iface *ifc, struct foreign *f, char **err)
{
	struct iface now;
	int rc = iface_get(NULL, ifc->index, &now, err);

	if (rc)
		return rc;
	f->id = now.xdp_native ? now.xdp_native : now.xdp_generic;
	f->flags = now.xdp_native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	if (!f->id)
		return -ENODATA;
	hook_prog_name(f->id, f->name);
	f->fd = bpf_prog_get_fd_by_id(f->id);
	return 0;
}

/* Make room where another's program stands. 0 when the way is free now. */
static int evict(const struct iface *ifc, bool force, struct foreign *f, char **err)
{
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	int rc = find_foreign(ifc, f, err);

	if (rc == -ENODATA)
		return FAIL(err, -EBUSY,
			    "%s: an upper device (bond, team) has an XDP program, so that this one cannot take "
			    "another (attach to the upper device)",
			    ifc->name);
	if (rc)
		return rc;
	if (!force)
		return FAIL(err, -EBUSY,
			    "%s: an XDP program of someone else is attached: '%s', id %u, %s "
			    "(detach it, or say --force)",
			    ifc->name, f->name, f->id, mode_words(f->flags));
	rc = rtnl_open(&r, err);
	if (!rc)
		rc = set_by_netlink(&r, ifc->index, -1, f->fd, f->flags);
	if (rc == -EBUSY)
		return FAIL(err, rc,
			    "%s: the XDP program '%s', id %u, is held by a BPF link and cannot be replaced "
			    "(end what owns the link: bpftool link)",
			    ifc->name, f->name, f->id);
	if (rc)
		return FAIL(err, rc, "%s: cannot detach the XDP program '%s', id %u: %s", ifc->name, f->name, f->id,
			    rtnl_words(&r, rc));
	return 0;
}

int hook_xdp_put_foreign(unsigned int ifindex, enum attach_kind kind, int prog_fd, char **err)
{
	__u32 flags = kind == ATTACH_XDP_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	_cleanup_rtnl_ struct rtnl r = { NULL, 0, 0, NULL };
	struct iface now;
	int rc = iface_get(NULL, ifindex, &now, err);

	if (rc || now.xdp_native || now.xdp_generic)
		return rc;
	rc = rtnl_open(&r, err);
	if (rc)
		return rc;
	rc = set_by_netlink(&r, ifindex, prog_fd, -1, flags | XDP_FLAGS_UPDATE_IF_NOEXIST);
	return rc ? FAIL(err, rc, "%s", rtnl_words(&r, rc)) : 0;
}

static int refused(const struct iface *ifc, int prog_fd, __u32 flags, int rc, char **err)
{
	_cleanup_free_ char *words = driver_words(prog_fd, ifc->index, flags, rc);

	if (rc == -ERANGE)
		return FAIL(err, rc, "%s: MTU %u is too large for %s XDP here: %s (lower the MTU, or --mode generic)", ifc->name,
			    ifc->mtu, mode_words(flags), words);
	if (rc == -EOPNOTSUPP)
		return FAIL(err, rc, "%s: no %s XDP: %s (--mode auto takes what there is)", ifc->name, mode_words(flags), words);
	return FAIL(err, rc, "%s: cannot attach in %s mode: %s", ifc->name, mode_words(flags), words);
}

/* Attach in one mode and pin. */
static int attach_mode(struct instance *in, const struct iface *ifc, const struct hook_request *rq, __u32 flags, char **err)
{
	_cleanup_(foreign_close) struct foreign f = { .fd = -1 };
	_cleanup_close_ int link = create_link(rq->prog_fd, ifc->index, flags);
	bool evicted = false;
	int rc;

	if (link == -EBUSY || link == -EEXIST) {
		rc = evict(ifc, rq->force, &f, err);
		if (rc)
			return rc;
		evicted = true;
		link = create_link(rq->prog_fd, ifc->index, flags);
	}
	rc = link < 0 ? link : hook_link_pin(in, ifc->index, HOOK_XDP_IN, link, err);
	if (rc && link >= 0)
		(void)bpf_link_detach(link); /* at once: closing it would take its time */
	if (rc && evicted && f.fd >= 0)
		(void)hook_xdp_put_foreign(ifc->index, kind_of(f.flags), f.fd, NULL);
	return link < 0 ? refused(ifc, rq->prog_fd, flags, rc, err) : rc;
}

static int attach_new(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind,
		      char **note, char **err)
{
	__u32 flags = rq->xdp_mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	_cleanup_free_ char *why = NULL;
	int rc = attach_mode(in, ifc, rq, flags, &why);

	if (rc == -EOPNOTSUPP && rq->xdp_mode == XDP_MODE_AUTO) {
		_cleanup_free_ char *words = driver_words(rq->prog_fd, ifc->index, flags, rc);

		flags = XDP_FLAGS_SKB_MODE;
		rc = attach_mode(in, ifc, rq, flags, &why);
		if (!rc)
			FAIL(note, 0, "%s: attached in generic mode: the driver has no native XDP: %s (slower)", ifc->name,
			     words);
	}
	*kind = kind_of(flags);
	if (rc && err) {
		free(*err);
		*err = TAKE_PTR(why);
	}
	return rc;
}

/* Our link on the interface, if it is alive and in this namespace (the interface may have moved to another). */
static int open_live(const struct instance *in, const struct iface *ifc, struct hook_link *l, enum attach_kind *kind, char **err)
{
	int rc = hook_link_open(in, ifc->index, HOOK_XDP_IN, l, err);

	if (rc)
		return rc;
	if (l->ifindex != ifc->index || (l->prog_id != ifc->xdp_native && l->prog_id != ifc->xdp_generic))
		return -ESTALE;
	*kind = l->prog_id == ifc->xdp_native ? ATTACH_XDP_NATIVE : ATTACH_XDP_GENERIC;
	return 0;
}

static bool mode_is(enum xdp_mode mode, enum attach_kind kind)
{
	if (mode == XDP_MODE_AUTO)
		return true;
	return (mode == XDP_MODE_NATIVE) == (kind == ATTACH_XDP_NATIVE);
}

/* Native and generic exclude each other, so that a change of mode has a gap; where it fails the old mode
 * comes back. */
static int change_mode(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind,
		       char **note, char **err)
{
	struct hook_request old = *rq;
	int rc = hook_link_remove(in, ifc->index, HOOK_XDP_IN, err);
	enum attach_kind ignored;

	if (rc)
		return rc;
	old.xdp_mode = *kind == ATTACH_XDP_NATIVE ? XDP_MODE_NATIVE : XDP_MODE_GENERIC;
	rc = attach_new(in, ifc, rq, kind, note, err);
	if (rc)
		(void)attach_new(in, ifc, &old, &ignored, NULL, NULL);
	else if (note && !*note)
		*note = xasprintf(
			"%s: packets that came in during the change of mode passed unjudged (by way of --mode tc there is no "
			"such moment)",
			ifc->name);
	return rc;
}

int hook_xdp_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind,
		    char **note, char **err)
{
	_cleanup_hook_link_ struct hook_link l = HOOK_LINK_NONE;
	int rc;

	if (ifc->link != LINK_ETHER)
		return FAIL(err, -EOPNOTSUPP, "%s: XDP needs Ethernet headers, and the interface has none (use TC)", ifc->name);
	rc = open_live(in, ifc, &l, kind, err);
	if (!rc && mode_is(rq->xdp_mode, *kind))
		return hook_link_update(&l, ifc, rq->prog_fd, err);
	hook_link_close(&l); /* while it is open the link lives */
	if (!rc)
		return change_mode(in, ifc, rq, kind, note, err);
	if (rc == -ESTALE)
		rc = hook_link_remove(in, ifc->index, HOOK_XDP_IN, err);
	if (rc && rc != -ENOENT)
		return rc;
	return attach_new(in, ifc, rq, kind, note, err);
}

int hook_xdp_detach(struct instance *in, unsigned int ifindex, char **err)
{
	_cleanup_hook_link_ struct hook_link l = HOOK_LINK_NONE;
	int left = HOOK_WAIT_MS, rc = hook_link_open(in, ifindex, HOOK_XDP_IN, &l, err);
	__u32 id = l.prog_id;
	struct iface now;

	hook_link_close(&l);
	if (!rc)
		rc = hook_link_remove(in, ifindex, HOOK_XDP_IN, err);
	if (rc)
		return rc;
	while (!iface_get(NULL, ifindex, &now, NULL) && (now.xdp_native == id || now.xdp_generic == id)) {
		if (left <= 0)
			return FAIL(err, -EBUSY, "%s: the XDP program, id %u, does not go away (try again)", now.name, id);
		hook_pause();
		left -= HOOK_POLL_MS;
	}
	return 0;
}

int hook_xdp_query(const struct instance *in, const struct iface *ifc, struct hook_programs *out, char **err)
{
	_cleanup_hook_link_ struct hook_link l = HOOK_LINK_NONE;
	enum attach_kind kind = ATTACH_XDP_NATIVE;
	int rc = open_live(in, ifc, &l, &kind, err);
	bool ours = !rc;

	if (rc && rc != -ENOENT && rc != -ESTALE)
		return rc;
	if (ifc->xdp_native)
		hook_programs_add(out, ifc, HOOK_XDP_IN, ATTACH_XDP_NATIVE, ours && kind == ATTACH_XDP_NATIVE, ifc->xdp_native);
	if (ifc->xdp_generic)
		hook_programs_add(out, ifc, HOOK_XDP_IN, ATTACH_XDP_GENERIC, ours && kind == ATTACH_XDP_GENERIC,
				  ifc->xdp_generic);
	return 0;
}
