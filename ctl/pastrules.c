/* SPDX-License-Identifier: GPL-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "contract.h"
#include "pastrules.h"
#include "util.h"

#define PAST_DIR "past"

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* The path of a past ruleset's map: `<id>` is its text, `<id>-info` what else is known of it. Owned by the caller. */
static char *pin_path(const struct state *s, __u32 id, const char *suffix)
{
	return xasprintf("%s/" PAST_DIR "/%u%s", s->in.dir, id, suffix);
}

static int pin(const struct state *s, __u32 id, const char *suffix, int fd)
{
	_cleanup_free_ char *path = pin_path(s, id, suffix);

	return bpf_obj_pin(fd, path) && errno != EEXIST ? -errno : 0;
}

static void unpin(const struct state *s, __u32 id)
{
	_cleanup_free_ char *text = pin_path(s, id, ""), *info = pin_path(s, id, "-info");

	(void)unlink(text); /* first: what has no text is none */
	(void)unlink(info);
}

int past_keep(const struct state *s, const struct live_ruleset *live)
{
	int rc;

	if (mkdirat(s->in.lock_fd, PAST_DIR, 0700) && errno != EEXIST)
		return -errno;
	rc = pin(s, live->info.id, "-info", live->maps.fw_ruleset.fd);
	return rc ?: pin(s, live->info.id, "", live->maps.fw_text.fd);
}

/* --- reading -------------------------------------------------------------------------------------- */

struct ids {
	__u32 *v;
	size_t n, cap;
};

static void ids_free(struct ids *ids) { free(ids->v); }

static int by_id(const void *x, const void *y)
{
	__u32 a = *(const __u32 *)x, b = *(const __u32 *)y;

	return (a > b) - (a < b);
}

/* Ids of those that are kept, the oldest first. Owned by the caller. */
static void list(const struct state *s, struct ids *ids)
{
	int fd = openat(s->in.lock_fd, PAST_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(close_dir) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd >= 0 && !d)
		close(fd);
	while (d && (e = readdir(d))) {
		char *end;
		unsigned long id = strtoul(e->d_name, &end, 10);

		if (e->d_name[0] < '0' || e->d_name[0] > '9' || *end)
			continue;
		GROW(ids->v, ids->n, ids->cap);
		ids->v[ids->n++] = (__u32)id;
	}
	if (ids->n)
		qsort(ids->v, ids->n, sizeof(*ids->v), by_id);
}

static int open_pin(const struct state *s, __u32 id, const char *suffix)
{
	_cleanup_free_ char *path = pin_path(s, id, suffix);
	int fd = bpf_obj_get(path);

	return fd < 0 ? -errno : fd;
}

static int read_info(const struct state *s, __u32 id, struct ruleset_info *info)
{
	_cleanup_close_ int fd = open_pin(s, id, "-info");
	int rc = fd < 0 ? fd : contract_check("fw_ruleset", fd, s->in.shown, NULL);

	return rc ?: fw_ruleset_get((fw_ruleset_t){ fd }, info);
}

/* Room for text in the map, in bytes; a negative errno where it is not one of ours. */
static __s64 text_room(int fd)
{
	struct bpf_map_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	return info.type == BPF_MAP_TYPE_ARRAY && info.value_size == sizeof(struct text_block)
		       ? (__s64)info.max_entries * info.value_size
		       : -EPROTO;
}

/* *text is the caller's. */
static int read_past(const struct state *s, __u32 id, char **text)
{
	_cleanup_close_ int fd = open_pin(s, id, "");
	struct ruleset_info info;
	int rc = fd < 0 ? fd : read_info(s, id, &info);

	if (rc)
		return rc;
	return text_room(fd) >= (__s64)info.text_length ? live_text((fw_text_t){ fd }, info.text_length, text) : -EPROTO;
}

void past_prune(const struct state *s)
{
	_cleanup_(ids_free) struct ids ids = { NULL, 0, 0 };
	__s64 bytes = 0;

	list(s, &ids);
	for (size_t i = 0; i < ids.n; i++) { /* from the newest on */
		__u32 id = ids.v[ids.n - 1 - i];
		_cleanup_close_ int fd = open_pin(s, id, "");
		__s64 room = text_room(fd);

		bytes += room < 0 || !i ? 0 : room;
		if (room < 0 || i >= PAST_RULESETS || bytes > PAST_BYTES)
			unpin(s, id);
	}
}

/* Those with a higher id, the oldest first, until `each` returns other than 0. What cannot be read is left out. */
static int past_each(const struct state *s, __u32 above, int (*each)(void *arg, __u32 id, const char *text), void *arg)
{
	_cleanup_(ids_free) struct ids ids = { NULL, 0, 0 };
	int rc = 0;

	list(s, &ids);
	for (size_t i = 0; !rc && i < ids.n; i++) {
		_cleanup_free_ char *text = NULL;

		if (ids.v[i] > above && !read_past(s, ids.v[i], &text))
			rc = each(arg, ids.v[i], text);
	}
	return rc;
}

int past_and_live(const struct state *s, __u32 known, int (*each)(void *arg, __u32 id, const char *text), void *arg, __u32 *id)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	int rc = live_open(s, &live, NULL);

	if (rc)
		return rc;
	*id = live.info.id;
	if (*id <= known)
		return 0;
	rc = past_each(s, known, each, arg);
	return rc ? rc : each(arg, *id, live.text);
}
