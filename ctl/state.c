/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "apply.h"
#include "contract.h"
#include "fail.h"
#include "hook.h"
#include "live.h"
#include "state.h"

struct state state_none(void) { return (struct state){ .in = INSTANCE_CLOSED, .maps = instance_maps_none() }; }

void state_close(struct state *s)
{
	fw_names_unmap(s->names, IFACE_MAX);
	s->names = NULL;
	instance_maps_close(&s->maps);
	instance_close(&s->in);
}

static int *fd_at(struct state *s, size_t i) { return (int *)((char *)&s->maps + instance_group.v[i].offset); }

/* What is wrong with a pin is cured by new ones; what is wrong with us is not. */
static const char *pin_advice(int error)
{
	return error == EMFILE                      ? " (ulimit -n 256 is enough)"
	       : error == ENFILE || error == ENOMEM ? ""
						    : " (fwctl detach --all --purge starts anew)";
}

static int open_pins(struct state *s, char **err)
{
	for (size_t i = 0; i < instance_group.n; i++) {
		_cleanup_free_ char *path = instance_pin(&s->in, instance_group.v[i].name);
		int fd = bpf_obj_get(path);

		if (fd < 0 && errno == ENOENT) /* the instance is whole: fw_instance was pinned last, and is there */
			return contract_missing(instance_group.v[i].name, s->in.shown, err);
		if (fd < 0)
			return FAIL(err, -errno, "%s/%s: %s%s", s->in.shown, instance_group.v[i].name, strerror(errno),
				    pin_advice(errno));
		*fd_at(s, i) = fd;
	}
	return contract_check_group(&instance_group, &s->maps, s->in.shown, err);
}

static int pin_maps(struct state *s, char **err)
{
	/* fw_instance last: where it is pinned, all is. */
	for (size_t i = 0; i <= instance_group.n; i++) {
		bool last = i == instance_group.n;
		const char *name = last ? "fw_instance" : instance_group.v[i].name;
		int *fd = map_group_fd(&instance_group, &s->maps, name);
		_cleanup_free_ char *path = instance_pin(&s->in, name);

		if (!last && !strcmp(name, "fw_instance"))
			continue;
		if (unlink(path) && errno != ENOENT)
			return FAIL(err, -errno, "%s: %s", path, strerror(errno));
		if (bpf_obj_pin(*fd, path))
			return FAIL(err, -errno, "pin %s/%s: %s", s->in.shown, name, strerror(errno));
	}
	return 0;
}

static int map_names(struct state *s, char **err)
{
	s->names = fw_names_map(s->maps.fw_names, IFACE_MAX);
	return s->names ? 0 : FAIL(err, -errno, "%s/fw_names: %s", s->in.shown, strerror(errno));
}

static int create(struct state *s, __u32 flows, char **err)
{
	struct instance_cfg cfg = { .buckets = ((flows ? flows : FLOWS_DEFAULT) + WAYS - 1) / WAYS, .next_generation = 1 };
	int rc;

	if (getrandom(cfg.hash_key, sizeof(cfg.hash_key), 0) != sizeof(cfg.hash_key))
		return FAIL(err, -EIO, "no random numbers for the flow table: %s", strerror(errno));
	cfg.hash_key[12] |= 1;
	rc = instance_maps_create(cfg.buckets, &s->maps, err);
	rc = rc ?: clock_read(&s->maps, err);
	if (rc)
		return rc;
	s->cfg = cfg;
	rc = map_names(s, err);
	if (rc)
		return rc;
	rc = fw_instance_put(s->maps.fw_instance, &cfg);
	if (rc)
		return FAIL(err, rc, "instance: %s", strerror(-rc));
	rc = apply_builtin(s, err);
	rc = rc ?: pin_maps(s, err);
	s->created = !rc;
	return rc;
}

/* Programs are attached to a whole instance only: where fw_instance is missing beside them, somebody took it away. */
static bool has_programs(const struct state *s)
{
	_cleanup_hook_programs_ struct hook_programs p = { .v = NULL };

	return !hook_list(&s->in, &p, NULL) && p.n;
}

int state_open(struct state *s, unsigned int flags, __u32 flows, char **err)
{
	_cleanup_free_ char *mark = NULL;
	int rc = instance_open(&s->in, flags, err);

	if (rc)
		return rc;
	mark = instance_pin(&s->in, "fw_instance");
	if (access(mark, F_OK) == 0) {
		rc = open_pins(s, err);
		if (!rc && fw_instance_get(s->maps.fw_instance, &s->cfg))
			rc = FAIL(err, -errno, "%s/fw_instance: %s", s->in.shown, strerror(errno));
		return rc ?: map_names(s, err);
	}
	if (has_programs(s))
		return contract_missing("fw_instance", s->in.shown, err);
	if (!(flags & INSTANCE_CREATE)) { /* a directory at most, of a creation that was interrupted */
		instance_close(&s->in);
		return instance_none(err);
	}
	rc = create(s, flows, err);
	if (rc)
		instance_give_up(&s->in);
	return rc;
}

/* 0 where there is none. */
static __u32 map_id(int fd)
{
	struct bpf_map_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) ? info.id : 0;
}

bool state_is_gone(const struct state *s)
{
	_cleanup_free_ char *pin = instance_pin(&s->in, "fw_watch");
	_cleanup_close_ int fd = bpf_obj_get(pin);

	return map_id(fd) != map_id(s->maps.fw_watch.fd);
}

int state_next_generation(struct state *s, generation_t *out)
{
	int rc = fw_instance_get(s->maps.fw_instance, &s->cfg);

	if (rc)
		return rc;
	if (!s->cfg.next_generation) /* 0 is never given: an entry of zeros is of no generation */
		s->cfg.next_generation = 1;
	out->raw = s->cfg.next_generation++;
	return fw_instance_put(s->maps.fw_instance, &s->cfg);
}
