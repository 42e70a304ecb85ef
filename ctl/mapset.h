/* SPDX-License-Identifier: GPL-2.0 */
/* Groups of map handles: made empty, closed as one, and found by the map's name. */
#ifndef FW_MAPSET_H
#define FW_MAPSET_H

#include "maps.h"
#include "util.h"

/* All handles -1; closing closes those that are not and makes them so. */
struct instance_maps instance_maps_none(void);
struct ruleset_maps ruleset_maps_none(void);
struct slot_maps slot_maps_none(void);
struct replay_maps replay_maps_none(void);
struct export_maps export_maps_none(void);
void instance_maps_close(struct instance_maps *m);
void ruleset_maps_close(struct ruleset_maps *m);
void slot_maps_close(struct slot_maps *m);
void replay_maps_close(struct replay_maps *m);
void export_maps_close(struct export_maps *m);

/* The registry as tables: where in its group's struct the map of a name has its descriptor. */
struct map_place {
	const char *name;
	size_t offset;
};
struct map_group {
	const struct map_place *v;
	size_t n;
};
extern const struct map_group instance_group, ruleset_group, slot_group, replay_group, export_group;

/* Place of the descriptor of map `name` in *maps, a struct of the group; NULL where the group has no such map. */
int *map_group_fd(const struct map_group *g, void *maps, const char *name);

#endif
