/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of several hooks that hold together: what is on a hook is noted before it changes, so that all can be undone. */
#ifndef FW_HOOK_CHANGE_H
#define FW_HOOK_CHANGE_H

#include "hook.h"

/* What was on a hook, and whose. */
struct hook_before {
	enum hook hook;
	unsigned int ifindex;
	char ifname[IFNAMSIZ];
	bool any, ours; /* something was there; it was of this instance, else another's XDP program */
	enum attach_kind kind;
	int prog_fd; /* owned; -1 where nothing was there, or where it cannot be had */
};
struct hook_changes {
	struct hook_before *v;
	size_t n, cap;
};
void hook_changes_free(struct hook_changes *c);

/* hook_attach() and hook_detach(), noted in *c whether they succeed or not. */
int hook_change_attach(struct hook_changes *c, struct instance *in, const struct iface *ifc, const struct hook_request *rq,
		       enum attach_kind *kind, char **note, char **err);
int hook_change_detach(struct hook_changes *c, struct instance *in, unsigned int ifindex, enum hook hook, char **err);

/*
 * All hooks of *c as they were, the last change first; interfaces that have gone since are left out. Packets that come meanwhile may
 * pass unjudged. 0, or the first negative errno where a hook is not as it was: *err, which holds an owned string, then says of each
 * what it lacks or has too much, behind what it said.
 */
int hook_changes_undo(struct hook_changes *c, struct instance *in, char **err);

#endif
