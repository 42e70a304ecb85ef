/* SPDX-License-Identifier: GPL-2.0 */
/* Interfaces as the packet path knows them: numbers for names, and which ifindex has which. The lock is held by callers that change. */
#ifndef FW_IFACES_H
#define FW_IFACES_H

#include "iface.h"
#include "model.h"
#include "state.h"

/* The number of an interface name; with `make` a new one where it has none. 0 and *out, or -ENOENT, -ENOSPC (255 names). */
int iface_id(const struct state *s, const char *name, bool make, iface_id_t *out);

/*
 * Enter an attached interface; strips_vlan: the NIC takes VLAN tags off before XDP sees the packet, and XDP it is, not TC.
 * -ENOSPC where the table's places for this ifindex are taken.
 */
int iface_enter(struct state *s, const struct iface *ifc, bool strips_vlan, char **err);

/* An attached interface's entry. -ENOENT where it has none. */
int iface_slot_of(const struct state *s, unsigned int ifindex, struct iface_slot *out);

/* Removes what is attached no longer; reads again what may have changed of the others: names, and whether the NIC strips VLAN tags. */
int ifaces_refresh(struct state *s);

/*
 * Frees the numbers of names that no attached interface, no live rule and no rule of `rs` (may be NULL) uses. For when
 * there is none left: an old flow may then remember a number that means another interface.
 */
int ifaces_reclaim(struct state *s, const struct ruleset *rs);

/*
 * What the packet path calls an interface of this name now: of one that was renamed while it is attached it is the name before, until an
 * attach or apply reads the new one. The name itself where it is not attached.
 */
const char *iface_known_as(const struct state *s, const char *name);

/* Name of a number; "" where it has none. */
const char *iface_name_of(const struct state *s, iface_id_t id);

#endif
