/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "object.h"

static bool verbose;
static __thread char last_message[512]; /* loads run side by side */

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	size_t n;

	if (verbose && level != LIBBPF_DEBUG)
		return vfprintf(stderr, fmt, ap);
	if (level != LIBBPF_WARN)
		return 0;
	/* Said at the end of each failure: what was said before is why. */
	if (last_message[0] && strstr(fmt, "failed to load object"))
		return 0;
	vsnprintf(last_message, sizeof(last_message), fmt, ap);
	n = strcspn(last_message, "\n");
	last_message[n] = '\0';
	return 0;
}

void objects_verbose(bool on)
{
	verbose = on;
	libbpf_set_print(keep_message);
}

const char *object_error(int rc)
{
	if (rc == -EPERM) /* capabilities were looked for already (instance_privileged) */
		return "Operation not permitted (BPF needs its privileges in the initial user namespace: root of a user "
		       "namespace, as in some containers, is not enough)";
	return last_message[0] ? last_message : strerror(-rc);
}

void object_error_clear(void) { last_message[0] = '\0'; }

int keep_fd(int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return own < 0 ? -errno : own;
}

size_t text_blocks(__u64 bytes) { return (size_t)(bytes + sizeof(struct text_block) - 1) / sizeof(struct text_block); }

/* Number of entries of a map that this load makes; 0: as the object says. */
static size_t entries_wanted(const struct load_request *rq, const char *name)
{
	const struct tables *t = rq->tables;
	const struct {
		const char *name;
		size_t n;
	} sizes[] = {
		{ "fw_cells", t->ncells },     { "fw_words", t->nwords },
		{ "fw_trie", t->ntrie },       { "fw_nodes", t->nnodes },
		{ "fw_leaves", t->nleaves },   { "fw_macs", t->nmacs },
		{ "fw_actions", t->nactions }, { "fw_text", text_blocks(rq->info.text_length) },
	};

	for (size_t i = 0; i < ARRAY_COUNT(sizes); i++)
		if (!strcmp(sizes[i].name, name))
			return sizes[i].n ? sizes[i].n : 1;
	return 0;
}

/* Likewise of a slot's maps. */
static size_t slot_entries_wanted(__u32 rules, const char *name)
{
	if (!rules)
		return 0;
	return !strcmp(name, "fw_counts") ? rules + RULE_SLOT_FIRST : !strcmp(name, "fw_log_seen") ? rules : 0;
}

/* The name of a map; of the section of data that stands for one (MAP_GLOBAL), of that. */
static const char *name_of(const struct bpf_map *map)
{
	static const char section[] = ".data.";
	const char *name = bpf_map__name(map);

	return strncmp(name, section, sizeof(section) - 1) ? name : name + sizeof(section) - 1;
}

static int plumb_map(struct bpf_map *map, const struct plumbing *p)
{
	const char *name = name_of(map);
	int *fd = p->instance ? map_group_fd(&instance_group, p->instance, name) : NULL;
	size_t n;

	if (!fd && p->ruleset)
		fd = map_group_fd(&ruleset_group, p->ruleset, name);
	if (!fd && p->slot)
		fd = map_group_fd(&slot_group, p->slot, name);
	if (!fd && p->replay)
		fd = map_group_fd(&replay_group, p->replay, name);
	if (fd && *fd >= 0)
		return bpf_map__reuse_fd(map, *fd);
	n = p->rq ? entries_wanted(p->rq, name) : slot_entries_wanted(p->slot_rules, name);
	return n ? bpf_map__set_max_entries(map, (__u32)n) : 0;
}

int plumb(struct bpf_object *obj, const struct plumbing *p)
{
	struct bpf_map *map;
	int rc;

	bpf_object__for_each_map(map, obj) {
		rc = plumb_map(map, p);
		if (rc)
			return rc;
	}
	return 0;
}

int take_maps(struct bpf_object *obj, const struct map_group *g, void *maps)
{
	for (size_t i = 0; i < g->n; i++) {
		int *fd = (int *)((char *)maps + g->v[i].offset), got = bpf_object__find_map_fd_by_name(obj, g->v[i].name);

		if (*fd >= 0 || got < 0)
			continue;
		*fd = keep_fd(got);
		if (*fd < 0)
			return *fd;
	}
	return 0;
}

int maps_of_program(int prog_fd, const struct map_group *g, void *maps)
{
	__u32 ids[64];
	struct bpf_prog_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	info.map_ids = (__u64)(uintptr_t)ids;
	info.nr_map_ids = ARRAY_COUNT(ids);
	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		return -errno;
	for (__u32 i = 0; i < info.nr_map_ids && i < ARRAY_COUNT(ids); i++) {
		_cleanup_close_ int fd = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info map;
		__u32 map_len = sizeof(map);
		int *place;

		memset(&map, 0, sizeof(map));
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &map, &map_len))
			return -errno;
		place = map_group_fd(g, maps, map.name);
		if (place && *place < 0)
			*place = TAKE_FD(fd);
	}
	return 0;
}

bool kernel_has_frags(void)
{
	static int known = -1;
	const struct bpf_insn ret[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 2 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int fd;

	if (known >= 0)
		return known;
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "fw_probe", "GPL", ret, 2, &opts);
	known = fd >= 0;
	if (fd >= 0)
		close(fd);
	return known;
}
