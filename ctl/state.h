/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance with its pinned maps open: what every command that touches the kernel starts with.
 */
#ifndef FW_STATE_H
#define FW_STATE_H

#include "instance.h"
#include "programs.h"

enum { FLOWS_DEFAULT = 262144 };

struct state {
	struct instance in;
	struct instance_maps maps;
	struct instance_cfg cfg;  /* as read at opening */
	bool created;             /* by this opening */
	struct iface_name *names; /* fw_names, shared with the kernel */
};
struct state state_none(void);
void state_close(struct state *s);
#define _cleanup_state_ _cleanup_(state_close)

/*
 * Open the present namespace's instance and its maps. With INSTANCE_CREATE (and INSTANCE_LOCK) what is missing is made:
 * maps, clock, and the built-in ruleset that passes and monitors, with a table of `flows` flows (0: FLOWS_DEFAULT).
 * Pins that an interrupted creation left are made anew; pins of another layout are refused, naming the map: -EPROTO.
 * Without INSTANCE_CREATE -ENOENT where there is no instance.
 */
int state_open(struct state *s, unsigned int flags, __u32 flows, char **err);

/*
 * Whether what is pinned is this no longer: it has been purged, and perhaps made anew since. For those who stay; it takes two system calls or
 * three.
 */
bool state_is_gone(const struct state *s);

/* The next generation, never given before in this instance. The lock is held. */
int state_next_generation(struct state *s, generation_t *out);

#endif
