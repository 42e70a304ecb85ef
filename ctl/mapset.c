/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include <unistd.h>
#include "mapset.h"

#define PLACE_INSTANCE(n, KIND, K, V, max) { #n, offsetof(struct instance_maps, n) },
#define PLACE_RULESET(n, KIND, K, V, max)  { #n, offsetof(struct ruleset_maps, n) },
#define PLACE_SLOT(n, KIND, K, V, max)     { #n, offsetof(struct slot_maps, n) },
#define PLACE_REPLAY(n, KIND, K, V, max)   { #n, offsetof(struct replay_maps, n) },
static const struct map_place instance_places[] = {
	FW_MAPS_ROOT(PLACE_INSTANCE)
		FW_MAPS_INSTANCE(PLACE_INSTANCE){ "fw_programs_xdp", offsetof(struct instance_maps, fw_programs_xdp) },
	{ "fw_programs_out", offsetof(struct instance_maps, fw_programs_out) },
	{ "fw_programs_in", offsetof(struct instance_maps, fw_programs_in) },
};
static const struct map_place ruleset_places[] = { FW_MAPS_RULESET(PLACE_RULESET) };
static const struct map_place slot_places[] = { FW_MAPS_SLOT(PLACE_SLOT) };
static const struct map_place replay_places[] = { FW_MAPS_REPLAY(PLACE_REPLAY) };
#define PLACE_EXPORT(n, KIND, K, V, max) { #n, offsetof(struct export_maps, n) },
static const struct map_place export_places[] = { FW_MAPS_EXPORT(PLACE_EXPORT) };

static void places_none(const struct map_place *v, size_t n, void *maps)
{
	for (size_t i = 0; i < n; i++)
		*(int *)((char *)maps + v[i].offset) = -1;
}

static void places_close(const struct map_place *v, size_t n, void *maps)
{
	for (size_t i = 0; i < n; i++) {
		int *fd = (int *)((char *)maps + v[i].offset);

		if (*fd >= 0)
			close(*fd);
		*fd = -1;
	}
}

struct instance_maps instance_maps_none(void)
{
	struct instance_maps m;

	places_none(instance_places, ARRAY_COUNT(instance_places), &m);
	return m;
}

struct slot_maps slot_maps_none(void)
{
	struct slot_maps m;

	places_none(slot_places, ARRAY_COUNT(slot_places), &m);
	return m;
}

struct replay_maps replay_maps_none(void)
{
	struct replay_maps m;

	places_none(replay_places, ARRAY_COUNT(replay_places), &m);
	return m;
}

struct ruleset_maps ruleset_maps_none(void)
{
	struct ruleset_maps m;

	places_none(ruleset_places, ARRAY_COUNT(ruleset_places), &m);
	return m;
}

struct export_maps export_maps_none(void)
{
	struct export_maps m;

	places_none(export_places, ARRAY_COUNT(export_places), &m);
	return m;
}

void instance_maps_close(struct instance_maps *m) { places_close(instance_places, ARRAY_COUNT(instance_places), m); }
void export_maps_close(struct export_maps *m) { places_close(export_places, ARRAY_COUNT(export_places), m); }
void slot_maps_close(struct slot_maps *m) { places_close(slot_places, ARRAY_COUNT(slot_places), m); }
void replay_maps_close(struct replay_maps *m) { places_close(replay_places, ARRAY_COUNT(replay_places), m); }

void ruleset_maps_close(struct ruleset_maps *m) { places_close(ruleset_places, ARRAY_COUNT(ruleset_places), m); }

const struct map_group instance_group = { instance_places, ARRAY_COUNT(instance_places) };
const struct map_group ruleset_group = { ruleset_places, ARRAY_COUNT(ruleset_places) };
const struct map_group slot_group = { slot_places, ARRAY_COUNT(slot_places) };
const struct map_group export_group = { export_places, ARRAY_COUNT(export_places) };
const struct map_group replay_group = { replay_places, ARRAY_COUNT(replay_places) };

int *map_group_fd(const struct map_group *g, void *maps, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (!strcmp(g->v[i].name, name))
			return (int *)((char *)maps + g->v[i].offset);
	return NULL;
}
