/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "mapset.h"
#include "salvage.h"

static int open_pin(const struct instance *in, const char *name)
{
	_cleanup_free_ char *path = instance_pin(in, name);
	int fd = bpf_obj_get(path);

	return fd < 0 ? -errno : fd;
}

static int map_info(int fd, struct bpf_map_info *info)
{
	__u32 len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(fd, info, &len) ? -errno : 0;
}

/* The map `name` of a program: a descriptor, or a negative errno. */
static int map_of_program(int prog_fd, const char *name)
{
	__u32 ids[64] = { 0 }, len;
	struct bpf_prog_info info;

	memset(&info, 0, sizeof(info));
	info.map_ids = (__u64)(uintptr_t)ids;
	info.nr_map_ids = ARRAY_COUNT(ids);
	len = sizeof(info);
	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		return -errno;
	for (__u32 i = 0; i < info.nr_map_ids && i < ARRAY_COUNT(ids); i++) {
		_cleanup_close_ int fd = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info map;

		if (fd >= 0 && !map_info(fd, &map) && !strcmp(map.name, name))
			return TAKE_FD(fd);
	}
	return -ENOENT;
}

/* The program in the live slot: a descriptor, or a negative errno. Sizes are looked at first: the kernel writes as much as it has. */
static int live_program(const struct instance *in)
{
	_cleanup_close_ int live_fd = open_pin(in, "fw_live"), programs_fd = open_pin(in, "fw_programs_xdp");
	struct bpf_map_info info;
	struct live live;
	__u32 id;
	int rc = live_fd < 0 ? live_fd : programs_fd < 0 ? programs_fd : map_info(live_fd, &info), fd;

	if (!rc && info.value_size != sizeof(live))
		rc = -EPROTO;
	rc = rc ?: map_info(programs_fd, &info);
	if (!rc && (info.type != BPF_MAP_TYPE_PROG_ARRAY || info.value_size != sizeof(id)))
		rc = -EPROTO;
	rc = rc ?: fw_live_get((fw_live_t){ live_fd }, &live);
	/* The rules' own; before there was one, the text was with the program where packets come first. */
	if (!rc && fw_programs_xdp_id((fw_programs_xdp_t){ programs_fd }, program_judge(live.slot), &id))
		rc = fw_programs_xdp_id((fw_programs_xdp_t){ programs_fd }, live.slot, &id);
	if (rc)
		return rc;
	fd = bpf_prog_get_fd_by_id(id);
	return fd < 0 ? -errno : fd;
}

/* A text ends with its map, or at the first NUL: rules hold none. */
static int read_text(int fd, char **text)
{
	struct bpf_map_info info;
	struct text_block *at;
	int rc = map_info(fd, &info);
	size_t n;

	if (!rc && info.value_size != sizeof(struct text_block))
		rc = -EPROTO;
	if (rc)
		return rc;
	at = fw_text_map((fw_text_t){ fd }, info.max_entries);
	if (!at)
		return -errno;
	n = strnlen(at->bytes, (size_t)info.max_entries * sizeof(*at));
	*text = (char *)xmalloc(n + 1);
	memcpy(*text, at, n);
	(*text)[n] = '\0';
	fw_text_unmap(at, info.max_entries);
	return 0;
}

int salvage_text(const struct instance *in, char **text, char **err)
{
	_cleanup_close_ int prog = live_program(in), fd = prog < 0 ? prog : map_of_program(prog, "fw_text");
	int rc = fd < 0 ? fd : read_text(fd, text);

	return rc ? FAIL(err, rc, "%s: the text of its rules cannot be read: %s", in->shown, strerror(-rc)) : 0;
}
