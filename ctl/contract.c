/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "contract.h"
#include "fail.h"
#include "layout.h"
#include "object.h"

#define WAY_OUT "fwctl list > FILE keeps the rules; then fwctl detach --all --purge, attach, and apply FILE"

/* What this binary takes for a map. */
struct wanted_map {
	enum bpf_map_type type;
	__u32 key, value, flags;                /* bytes, bytes, BPF_F_* */
	__u32 entries;                          /* at least */
	struct layout key_layout, value_layout; /* type 0: none, as of kinds that cannot have BTF */
};

/* The registry's maps as the objects have them; program arrays are made by name (basis.c). */
static int wanted_of(const char *name, struct wanted_map *w)
{
	const struct bpf_map *map = NULL;
	const struct btf *btf = NULL;

	for (int i = 0; i < MAPS_OBJECTS && !map; i++) {
		struct bpf_object *obj = maps_object((enum maps_object)i);

		if (!obj)
			return -errno;
		map = bpf_object__find_map_by_name(obj, name);
		btf = bpf_object__btf(obj);
	}
	if (!map) {
		*w = (struct wanted_map){ BPF_MAP_TYPE_PROG_ARRAY, sizeof(__u32), sizeof(__u32), 0,
					  PROGRAM_PLACES,          { NULL, 0 },   { NULL, 0 } };
		return 0;
	}
	*w = (struct wanted_map){
		.type = bpf_map__type(map),
		.key = bpf_map__key_size(map),
		.value = bpf_map__value_size(map),
		.flags = bpf_map__map_flags(map),
		.entries = bpf_map__max_entries(map),
		.key_layout = { btf, bpf_map__btf_key_type_id(map) },
		.value_layout = { btf, bpf_map__btf_value_type_id(map) },
	};
	if (w->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || w->type == BPF_MAP_TYPE_PROG_ARRAY) /* for which the kernel takes no types */
		w->key_layout.type = w->value_layout.type = 0;
	return 0;
}

/* The kernel's BTF object of this id; the last one is kept, since all maps of a load share one. */
static const struct btf *live_btf(__u32 id)
{
	static struct btf *last;
	static __u32 last_id;

	if (last && last_id == id)
		return last;
	btf__free(last);
	last = btf__load_from_kernel_by_id(id);
	last_id = id;
	return last;
}

/* Sizes come last: where a layout differs, its member says more than a number of bytes. */
static bool map_agrees(const struct bpf_map_info *info, const struct wanted_map *w, struct strbuf *why)
{
	const struct btf *btf = info->btf_id ? live_btf(info->btf_id) : NULL;

	if (info->type != (__u32)w->type || info->map_flags != w->flags) {
		strbuf_add(why, "kind %u with flags %#x, wanted kind %u with flags %#x", info->type, info->map_flags,
			   (__u32)w->type, w->flags);
		return false;
	}
	if (w->value_layout.type && !btf) {
		strbuf_add(why, "it has no type information (BTF), so that its layout cannot be known");
		return false;
	}
	if (w->key_layout.type && !layout_agrees((struct layout){ btf, info->btf_key_type_id }, w->key_layout, why))
		return false;
	if (w->value_layout.type && !layout_agrees((struct layout){ btf, info->btf_value_type_id }, w->value_layout, why))
		return false;
	if (info->key_size != w->key || info->value_size != w->value) {
		strbuf_add(why, "key %u and value %u bytes, wanted %u and %u", info->key_size, info->value_size, w->key,
			   w->value);
		return false;
	}
	if (info->max_entries < w->entries) {
		strbuf_add(why, "%u entries, wanted %u", info->max_entries, w->entries);
		return false;
	}
	return true;
}

int contract_check(const char *name, int fd, const char *where, char **err)
{
	_cleanup_strbuf_ struct strbuf why = { NULL, 0, 0 };
	struct bpf_map_info info;
	__u32 len = sizeof(info);
	struct wanted_map w = { .type = BPF_MAP_TYPE_UNSPEC };
	int rc = wanted_of(name, &w);

	if (rc)
		return FAIL(err, rc, "types of the maps: %s", strerror(-rc));
	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return FAIL(err, -errno, "%s/%s: %s", where, name, strerror(errno));
	if (!map_agrees(&info, &w, &why))
		return FAIL(err, -EPROTO, "%s/%s: made by another version of fwctl: %s (" WAY_OUT ")", where, name, why.str);
	return 0;
}

int contract_missing(const char *name, const char *where, char **err)
{
	return FAIL(err, -EPROTO, "%s/%s: made by another version of fwctl: there is no such map (" WAY_OUT ")", where, name);
}

int contract_check_group(const struct map_group *g, const void *maps, const char *where, char **err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < g->n; i++) {
		int fd = *(const int *)((const char *)maps + g->v[i].offset);

		rc = fd < 0 ? 0 : contract_check(g->v[i].name, fd, where, err);
	}
	return rc;
}

static __u64 hash_map(const struct bpf_map *map, const struct btf *btf, __u64 h)
{
	for (const char *c = bpf_map__name(map); *c; c++)
		h = h * 31 + (unsigned char)*c;
	h = h * 31 + (__u64)bpf_map__type(map);
	h = layout_hash((struct layout){ btf, bpf_map__btf_key_type_id(map) }, h);
	return layout_hash((struct layout){ btf, bpf_map__btf_value_type_id(map) }, h);
}

const char *contract_text(void)
{
	static char text[17];
	__u64 h = LAYOUT_HASH_INIT;
	struct bpf_map *map;

	for (int i = 0; i < MAPS_OBJECTS; i++) {
		struct bpf_object *obj = maps_object((enum maps_object)i);

		if (obj)
			bpf_object__for_each_map(map, obj)
				if (!bpf_map__is_internal(map))
					h = hash_map(map, bpf_object__btf(obj), h);
	}
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)h);
	return text;
}
