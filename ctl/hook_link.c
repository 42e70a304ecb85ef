/* SPDX-License-Identifier: GPL-2.0 */
/* Pinned bpf_links: one for each hook and interface, named link-<hook>-<ifindex>. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "hook_impl.h"

/*
 * struct bpf_link_info as far as XDP and TCX links fill it (linux/bpf.h of 6.6: a link's own part begins at
 * byte 16, with the interface's index in both). The header here may be older than the kernel.
 */
struct link_info {
	__u32 type, id, prog_id, pad;
	__u32 ifindex;
	__u32 attach_type; /* TCX only */
};
_Static_assert(offsetof(struct bpf_link_info, xdp.ifindex) == offsetof(struct link_info, ifindex), "layout");
enum { LINK_TYPE_XDP = 6, LINK_TYPE_TCX = 11 };

static char *pin_name(const struct instance *in, unsigned int ifindex, enum hook hook)
{
	_cleanup_free_ char *name = xasprintf("link-%s-%u", hook_text(hook), ifindex);

	return instance_pin(in, name);
}

bool hook_link_name(const char *name, enum hook *hook, unsigned int *ifindex)
{
	int h;

	for (h = 0; h < HOOK_COUNT; h++) {
		_cleanup_free_ char *format = xasprintf("link-%s-%%u%%c", hook_text((enum hook)h));
		char more;

		if (sscanf(name, format, ifindex, &more) == 1) {
			*hook = (enum hook)h;
			return true;
		}
	}
	return false;
}

void hook_link_close(struct hook_link *l)
{
	cleanup_close_fn(&l->fd);
	*l = HOOK_LINK_NONE;
}

int hook_link_open(const struct instance *in, unsigned int ifindex, enum hook hook, struct hook_link *out, char **err)
{
	_cleanup_free_ char *pin = pin_name(in, ifindex, hook);
	_cleanup_close_ int fd = bpf_obj_get(pin);
	struct link_info info;
	__u32 len = sizeof(info);
	int rc;

	*out = HOOK_LINK_NONE;
	if (fd == -ENOENT)
		return fd;
	if (fd < 0)
		return FAIL(err, fd, "%s/link-%s-%u: cannot open the pinned link: %s", in->shown, hook_text(hook), ifindex,
			    strerror(-fd));
	memset(&info, 0, sizeof(info));
	rc = bpf_obj_get_info_by_fd(fd, &info, &len);
	if (!rc && info.type != (hook == HOOK_XDP_IN ? LINK_TYPE_XDP : LINK_TYPE_TCX))
		rc = -EINVAL;
	if (rc)
		return FAIL(err, rc, "%s/link-%s-%u: not a link of ours (look who put it there, then remove it)", in->shown,
			    hook_text(hook), ifindex);
	out->fd = TAKE_FD(fd);
	out->ifindex = info.ifindex;
	out->prog_id = info.prog_id;
	return 0;
}

int hook_link_pin(struct instance *in, unsigned int ifindex, enum hook hook, int link_fd, char **err)
{
	_cleanup_free_ char *pin = pin_name(in, ifindex, hook);
	int rc = bpf_obj_pin(link_fd, pin);

	return rc ? FAIL(err, rc, "%s/link-%s-%u: cannot pin the link: %s", in->shown, hook_text(hook), ifindex, strerror(-rc))
		  : 0;
}

int hook_link_update(const struct hook_link *l, const struct iface *ifc, int prog_fd, char **err)
{
	int rc = bpf_link_update(l->fd, prog_fd, NULL);

	if (rc == -ERANGE)
		return FAIL(err, rc, "%s: MTU %u is too large for the new XDP program (lower the MTU)", ifc->name, ifc->mtu);
	return rc ? FAIL(err, rc, "%s: cannot replace the attached program: %s (detach, then attach)", ifc->name, strerror(-rc))
		  : 0;
}

int hook_link_remove(struct instance *in, unsigned int ifindex, enum hook hook, char **err)
{
	_cleanup_free_ char *pin = pin_name(in, ifindex, hook);
	_cleanup_hook_link_ struct hook_link l = HOOK_LINK_NONE;
	int rc = hook_link_open(in, ifindex, hook, &l, err);

	if (rc)
		return rc;
	/* The pin first: it can be put back, and the link ends with this process should it be killed here. */
	if (unlink(pin) < 0 && errno != ENOENT)
		return FAIL(err, -errno, "%s/link-%s-%u: cannot remove the pin: %s", in->shown, hook_text(hook), ifindex,
			    strerror(errno));
	rc = bpf_link_detach(l.fd);
	if (!rc || rc == -ENOLINK || rc == -ENODEV)
		return 0;
	(void)bpf_obj_pin(l.fd, pin);
	return FAIL(err, rc, "interface %u: cannot detach: %s", ifindex, strerror(-rc));
}
