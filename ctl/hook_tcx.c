/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCX links (Linux 6.6, kernel/bpf/tcx.c). A hook is a chain: others' programs stay beside ours. Ours goes to
 * its head, so that no earlier program passes a packet on the firewall's behalf; a packet that it passes goes
 * on to the next one.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include "hook_impl.h"

/* linux/bpf.h of 6.6; the header here may be older. */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47, TCX_BEFORE = 1 << 3, TCX_CHAIN_MAX = 64 };

static enum bpf_attach_type attach_type(enum hook hook)
{
	return (enum bpf_attach_type)(hook == HOOK_TC_OUT ? TCX_EGRESS : TCX_INGRESS);
}

/* Programs on the hook, in running order. A kernel without TCX has none. */
static __u32 chain(unsigned int ifindex, enum hook hook, __u32 ids[TCX_CHAIN_MAX])
{
	__u32 n = TCX_CHAIN_MAX, flags = 0;
	int rc = bpf_prog_query((int)ifindex, attach_type(hook), 0, &flags, ids, &n);

	if (rc == -ENOSPC)
		return TCX_CHAIN_MAX;
	return rc || n > TCX_CHAIN_MAX ? 0 : n;
}

static bool contains(const __u32 *ids, __u32 n, __u32 id)
{
	__u32 i;

	for (i = 0; i < n; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

/* Our link on the interface, if it is alive and in this namespace. */
static int open_live(const struct instance *in, const struct iface *ifc, enum hook hook, struct hook_link *l, char **err)
{
	__u32 ids[TCX_CHAIN_MAX] = { 0 };
	int rc = hook_link_open(in, ifc->index, hook, l, err);

	if (!rc && (l->ifindex != ifc->index || !contains(ids, chain(ifc->index, hook, ids), l->prog_id)))
		rc = -ESTALE;
	return rc;
}

int hook_tcx_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, char **err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = TCX_BEFORE);
	_cleanup_hook_link_ struct hook_link l = HOOK_LINK_NONE;
	_cleanup_close_ int link = -1;
	int rc = open_live(in, ifc, rq->hook, &l, err);

	if (!rc)
		return hook_link_update(&l, ifc, rq->prog_fd, err);
	hook_link_close(&l);
	if (rc == -ESTALE)
		rc = hook_link_remove(in, ifc->index, rq->hook, err);
	if (rc && rc != -ENOENT)
		return rc;
	link = bpf_link_create(rq->prog_fd, (int)ifc->index, attach_type(rq->hook), &opts);
	if (link == -EINVAL || link == -EOPNOTSUPP)
		return FAIL(err, -EOPNOTSUPP, "%s: the kernel has no TCX (needs Linux 6.6; clsact does the same)", ifc->name);
	if (link < 0)
		return FAIL(err, link, "%s: cannot attach to TC: %s", ifc->name, strerror(-link));
	return hook_link_pin(in, ifc->index, rq->hook, link, err);
}

int hook_tcx_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	return hook_link_remove(in, ifindex, hook, err);
}

int hook_tcx_query(const struct instance *in, const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err)
{
	_cleanup_hook_link_ struct hook_link l = HOOK_LINK_NONE;
	__u32 ids[TCX_CHAIN_MAX] = { 0 }, n = chain(ifc->index, hook, ids), i;
	int rc = open_live(in, ifc, hook, &l, err);

	if (rc && rc != -ENOENT && rc != -ESTALE)
		return rc;
	for (i = 0; i < n; i++)
		hook_programs_add(out, ifc, hook, ATTACH_TCX, !rc && ids[i] == l.prog_id, ids[i]);
	return 0;
}
