/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "hook.h"
#include "ifaces.h"
#include "live.h"

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

/* The slot of an ifindex, else a free one in its reach. */
static int find_slot(const struct state *s, unsigned int ifindex, __u32 *out)
{
	int found = -ENOENT;

	for (__u32 i = 0; i < IFACE_PROBES; i++) {
		__u32 at = (ifindex + i) % IFACE_SLOTS;
		struct iface_slot slot;
		int rc = fw_ifaces_get(s->maps.fw_ifaces, (iface_place_t){ at }, &slot);

		if (rc)
			return rc;
		if (slot.ifindex == ifindex) {
			*out = at;
			return 0;
		}
		if (!slot.ifindex && found) {
			*out = at;
			found = 0;
		}
	}
	return found;
}

int iface_enter(struct state *s, const struct iface *ifc, bool strips_vlan, char **err)
{
	struct iface_slot slot = { .ifindex = ifc->index, .link = (__u8)ifc->link, .flags = strips_vlan ? IFACE_STRIPS_VLAN : 0 };
	__u32 at = 0;
	int rc = iface_id(s, ifc->name, true, &slot.id);

	if (rc == -ENOSPC && !ifaces_reclaim(s, NULL))
		rc = iface_id(s, ifc->name, true, &slot.id);
	if (rc == -ENOSPC)
		return FAIL(err, rc, "%s: 255 interface names are known already (fwctl detach --all --purge forgets them)",
			    ifc->name);
	rc = rc ?: find_slot(s, ifc->index, &at);
	if (rc == -ENOENT)
		return FAIL(err, -ENOSPC, "%s: no place in the interface table (detach another interface)", ifc->name);
	rc = rc ?: fw_ifaces_put(s->maps.fw_ifaces, (iface_place_t){ at }, &slot);
	return rc ? FAIL(err, rc, "%s: %s", ifc->name, strerror(-rc)) : 0;
}

int iface_slot_of(const struct state *s, unsigned int ifindex, struct iface_slot *out)
{
	__u32 at = 0;
	int rc = find_slot(s, ifindex, &at);

	rc = rc ?: fw_ifaces_get(s->maps.fw_ifaces, (iface_place_t){ at }, out);
	return rc || out->ifindex == ifindex ? rc : -ENOENT;
}

const char *iface_known_as(const struct state *s, const char *name)
{
	unsigned int index = if_nametoindex(name);
	struct iface_slot slot;
	const char *known = index && !iface_slot_of(s, index, &slot) ? iface_name_of(s, slot.id) : "";

	return known[0] ? known : name;
}

/* What may have changed of an attached interface since: its name, and whether its tags are taken off. */
static void look_again(const struct state *s, const struct iface *ifc, bool xdp, struct iface_slot *slot)
{
	slot->flags = xdp && ifc->link == LINK_ETHER && iface_strips_vlan(ifc) ? IFACE_STRIPS_VLAN : 0;
	if (strcmp(s->names[slot->id.raw].name, ifc->name))
		(void)iface_id(s, ifc->name, true, &slot->id); /* none left: it keeps its old name's */
}

int ifaces_refresh(struct state *s)
{
	_cleanup_hook_programs_ struct hook_programs p = { .v = NULL };
	int rc = hook_list(&s->in, &p, NULL);

	for (__u32 i = 0; !rc && i < IFACE_SLOTS; i++) {
		bool attached = false, xdp = false;
		struct iface_slot slot;
		struct iface ifc;

		rc = fw_ifaces_get(s->maps.fw_ifaces, (iface_place_t){ i }, &slot);
		if (rc || !slot.ifindex)
			continue;
		for (size_t k = 0; k < p.n; k++) {
			if (p.v[k].ifindex != slot.ifindex || p.v[k].gone)
				continue;
			attached = true;
			xdp |= p.v[k].hook == HOOK_XDP_IN;
		}
		if (!attached)
			slot = (struct iface_slot){ .ifindex = 0 };
		else if (!iface_get(NULL, slot.ifindex, &ifc, NULL))
			look_again(s, &ifc, xdp, &slot);
		rc = fw_ifaces_put(s->maps.fw_ifaces, (iface_place_t){ i }, &slot);
	}
	return rc;
}

static void mark_rules(const struct state *s, const struct ruleset *rs, bool used[IFACE_MAX])
{
	iface_id_t id;

	for (size_t i = 0; rs && i < rs->nrules; i++)
		for (size_t k = 0; k < rs->rules[i].on.n; k++)
			if (!iface_id(s, rs->rules[i].on.v[k], false, &id))
				used[id.raw] = true;
}

int ifaces_reclaim(struct state *s, const struct ruleset *rs)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct ruleset old = { .nrules = 0 };
	bool used[IFACE_MAX] = { false };
	int rc = live_open(s, &live, NULL);

	rc = rc ?: live_parse(&live, &old, NULL);
	if (rc)
		return rc;
	mark_rules(s, &old, used);
	mark_rules(s, rs, used);
	ruleset_free(&old);
	for (__u32 i = 0; !rc && i < IFACE_SLOTS; i++) {
		struct iface_slot slot;

		rc = fw_ifaces_get(s->maps.fw_ifaces, (iface_place_t){ i }, &slot);
		if (!rc && slot.ifindex)
			used[slot.id.raw] = true;
	}
	for (__u32 i = 1; !rc && i < IFACE_MAX; i++)
		if (!used[i])
			memset(&s->names[i], 0, sizeof(s->names[i]));
	return rc;
}
