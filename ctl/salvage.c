/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "object.h"
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
	_cleanup_close_ int prog = live_program(in);
	struct ruleset_maps maps = ruleset_maps_none();
	int rc = prog < 0 ? prog : maps_of_program(prog, &ruleset_group, &maps);

	if (!rc)
		rc = maps.fw_text.fd < 0 ? -ENOENT : read_text(maps.fw_text.fd, text);
	ruleset_maps_close(&maps);
	return rc ? FAIL(err, rc, "%s: the text of its rules cannot be read: %s", in->shown, strerror(-rc)) : 0;
}
