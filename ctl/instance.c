/* SPDX-License-Identifier: GPL-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "bpffs.h"
#include "clock.h"
#include "fail.h"
#include "instance.h"
#include "netns.h"

enum { LOCK_WAIT_S = 30, LOCK_POLL_MS = 20, DIR_DEPTH_MAX = 8, OPEN_TRIES = 100 };

int instance_privileged(char **err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	static const unsigned int needed[] = { CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_BPF };
	size_t i;

	memset(data, 0, sizeof(data));
	if (!syscall(SYS_capget, &head, data)) {
		for (i = 0; i < 3 && data[CAP_TO_INDEX(needed[i])].effective & CAP_TO_MASK(needed[i]); i++)
			;
		if (i == 3)
			return 0;
	}
	return FAIL(err, -EPERM, "privileges: needs root or CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN (try sudo)");
}

/* Open (and make, where wanted) a directory that only root can have filled. */
static int open_dir(int at, const char *name, bool create, const char *shown, char **err)
{
	_cleanup_close_ int fd = -1;
	bool made = false;
	struct stat st;
	int rc;

	if (create) {
		made = !mkdirat(at, name, 0700);
		if (!made && errno != EEXIST) {
			rc = -errno;
			return FAIL(err, rc, "%s: cannot make the directory: %s (needs root)", shown, strerror(-rc));
		}
	}
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		rc = -errno;
		if (rc == -ENOENT)
			return FAIL(err, rc, "%s: no such directory", shown);
		return FAIL(err, rc, "%s: cannot open the directory: %s (needs root)", shown, strerror(-rc));
	}
	if (made && fchmod(fd, 0700) < 0) /* whatever the umask */
		return FAIL(err, -errno, "%s: cannot set its mode: %s", shown, strerror(errno));
	if (fstat(fd, &st) < 0)
		return FAIL(err, -errno, "%s: %s", shown, strerror(errno));
	if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & 07777) != 0700)
		return FAIL(err, -EPERM, "%s: owner %u and mode %04o, not root's and 0700 (look who made it, then remove it)",
			    shown, (unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777);
	return TAKE_FD(fd);
}

static int lock(int fd, const char *shown, char **err)
{
	const struct timespec pause = { 0, LOCK_POLL_MS * 1000000L };
	__u64 end = clock_monotonic_ms() + LOCK_WAIT_S * 1000ull;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return FAIL(err, -errno, "%s: cannot lock it: %s", shown, strerror(errno));
		if (clock_monotonic_ms() > end)
			return FAIL(err, -EBUSY, "%s: locked by another fwctl for %d s (let it end, then try again)", shown,
				    LOCK_WAIT_S);
		nanosleep(&pause, NULL);
	}
	return 0;
}

bool instance_changing(const struct instance *in)
{
	/* Opened anew: a lock of our own is not to be changed. */
	_cleanup_close_ int fd = openat(in->lock_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

/* Whether fd is still the directory of that name: another process may have purged it while we waited. */
static bool still_there(int at, const char *name, int fd)
{
	struct stat a, b;

	return !fstat(fd, &a) && !fstatat(at, name, &b, AT_SYMLINK_NOFOLLOW) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int open_instance_dir(struct instance *in, const char *name, unsigned int flags, char **err)
{
	bool create = flags & INSTANCE_CREATE;
	int tries;

	for (tries = 0; tries < OPEN_TRIES; tries++) {
		_cleanup_close_ int top = open_dir(in->base_fd, "fwctl", create, BPFFS_ROOT "/fwctl", err);
		_cleanup_close_ int fd = top < 0 ? top : open_dir(top, name, create, in->shown, err);
		int rc = fd < 0 ? fd : 0;

		if (rc == -ENOENT && create)
			continue; /* purged between mkdir and open */
		if (!rc && flags & INSTANCE_LOCK) {
			rc = lock(fd, in->shown, err);
			if (!rc && !still_there(top, name, fd))
				continue;
		}
		if (rc)
			return rc;
		in->lock_fd = TAKE_FD(fd);
		return 0;
	}
	return FAIL(err, -EBUSY, "%s: made and purged again and again by others (let them end, then try again)", in->shown);
}

int instance_none(char **err)
{
	return FAIL(err, -ENOENT, "this network namespace: nothing is attached or applied here (fwctl attach, fwctl apply)");
}

int instance_open(struct instance *in, unsigned int flags, char **err)
{
	char name[32];
	uint64_t cookie;
	bool foreign;
	int rc;

	*in = INSTANCE_CLOSED;
	rc = instance_privileged(err);
	if (!rc)
		rc = netns_cookie(&cookie, err);
	if (rc)
		return rc;
	in->cookie = cookie;
	snprintf(name, sizeof(name), "net-%llu", (unsigned long long)cookie);
	snprintf(in->shown, sizeof(in->shown), BPFFS_ROOT "/fwctl/%s", name);
	in->base_fd = bpffs_open(&foreign, err);
	if (in->base_fd < 0)
		return in->base_fd;
	if (foreign)
		snprintf(in->dir, sizeof(in->dir), "/proc/self/fd/%d/fwctl/%s", in->base_fd, name);
	else
		memcpy(in->dir, in->shown, sizeof(in->dir));
	rc = open_instance_dir(in, name, flags, err);
	if (rc == -ENOENT)
		instance_none(err);
	if (rc)
		instance_close(in);
	return rc;
}

void instance_close(struct instance *in)
{
	cleanup_close_fn(&in->lock_fd);
	cleanup_close_fn(&in->base_fd);
	*in = INSTANCE_CLOSED;
}

char *instance_pin(const struct instance *in, const char *name) { return xasprintf("%s/%s", in->dir, name); }

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* A stream over the directory with a position of its own. */
static DIR *read_dir(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

static bool is_dot(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int instance_list(const struct instance *in, char ***v, size_t *n, char **err)
{
	_cleanup_(close_dir) DIR *d = read_dir(in->lock_fd, ".");
	size_t cap = 0;
	struct dirent *e;

	*v = NULL;
	*n = 0;
	if (!d)
		return FAIL(err, -errno, "%s: cannot list it: %s", in->shown, strerror(errno));
	while ((e = readdir(d))) {
		if (is_dot(e->d_name))
			continue;
		GROW(*v, *n, cap);
		(*v)[(*n)++] = xstrdup(e->d_name);
	}
	if (*n)
		qsort(*v, *n, sizeof(**v), by_name);
	return 0;
}

void instance_names_free(char **v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static int remove_below(int at, const char *name, int depth)
{
	_cleanup_(close_dir) DIR *d = read_dir(at, name);
	struct dirent *e;
	int rc = 0;

	if (!d)
		return -errno;
	if (depth > DIR_DEPTH_MAX)
		return -ELOOP;
	while (!rc && (e = readdir(d))) {
		if (is_dot(e->d_name) || !unlinkat(dirfd(d), e->d_name, 0) || errno == ENOENT)
			continue;
		if (errno != EISDIR && errno != EPERM) {
			rc = -errno;
			break;
		}
		rc = remove_below(dirfd(d), e->d_name, depth + 1);
		if (!rc && unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			rc = -errno;
	}
	return rc;
}

void instance_give_up(const struct instance *in) { (void)rmdir(in->dir); }

int instance_purge(struct instance *in, char **err)
{
	int rc = remove_below(in->lock_fd, ".", 0);

	if (!rc && rmdir(in->dir) < 0 && errno != ENOENT)
		rc = -errno;
	if (rc)
		return FAIL(err, rc, "%s: cannot remove it: %s (look what is in there)", in->shown, strerror(-rc));
	return 0;
}
