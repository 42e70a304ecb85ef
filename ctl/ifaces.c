/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "ifaces.h"

int iface_id(const struct state *s, const char *name, bool make, iface_id_t *out)
{
	__u32 vacant = IFACE_NONE;

	for (__u32 i = 1; i < IFACE_MAX; i++) {
		const char *known = s->names[i].name;

		if (!strncmp(known, name, sizeof(s->names[i].name))) {
			out->raw = (__u8)i;
			return 0;
		}
		if (!known[0] && vacant == IFACE_NONE)
			vacant = i;
	}
	if (!make)
		return -ENOENT;
	if (vacant == IFACE_NONE)
		return -ENOSPC;
	out->raw = (__u8)vacant;
	memcpy(s->names[vacant].name, name, strnlen(name, sizeof(s->names[vacant].name) - 1));
	return 0;
}

const char *iface_name_of(const struct state *s, iface_id_t id) { return s->names[id.raw].name; }

/* The slot of an ifindex, else (with `vacant`) a free one in its reach. */
static int find_slot(const struct state *s, unsigned int ifindex, bool vacant, __u32 *out)
{
	int found = -ENOENT;

	for (__u32 i = 0; i < IFACE_PROBES; i++) {
		__u32 at = (ifindex + i) % IFACE_SLOTS;
		struct iface_slot slot;
		int rc = fw_ifaces_get(s->maps.fw_ifaces, at, &slot);

		if (rc)
			return rc;
		if (slot.ifindex == ifindex) {
			*out = at;
			return 0;
		}
		if (vacant && !slot.ifindex && found) {
			*out = at;
			found = 0;
		}
	}
	return found;
}

int iface_enter(struct state *s, const struct iface *ifc, bool strips_vlan, char **err)
{
	struct iface_slot slot = { .ifindex = ifc->index, .link = (__u8)ifc->link,
				   .flags = strips_vlan ? IFACE_STRIPS_VLAN : 0 };
	__u32 at = 0;
	int rc = iface_id(s, ifc->name, true, &slot.id);

	if (rc == -ENOSPC)
		return FAIL(err, rc, "%s: 255 interface names are known already (fwctl detach --all --purge forgets them)",
			    ifc->name);
	rc = rc ?: find_slot(s, ifc->index, true, &at);
	if (rc == -ENOENT)
		return FAIL(err, -ENOSPC, "%s: no place in the interface table (detach another interface)", ifc->name);
	rc = rc ?: fw_ifaces_put(s->maps.fw_ifaces, at, &slot);
	return rc ? FAIL(err, rc, "%s: %s", ifc->name, strerror(-rc)) : 0;
}

int iface_remove(struct state *s, unsigned int ifindex)
{
	const struct iface_slot none = { .ifindex = 0 };
	__u32 at;
	int rc = find_slot(s, ifindex, false, &at);

	return rc ?: fw_ifaces_put(s->maps.fw_ifaces, at, &none);
}
