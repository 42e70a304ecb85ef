/* SPDX-License-Identifier: GPL-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "fail.h"
#include "netns.h"

#define NETNS_DIR "/run/netns"
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* "have: a, b; " or "" (owned). */
static char *known_names(void)
{
	_cleanup_(close_dir) DIR *d = opendir(NETNS_DIR);
	struct strbuf b = { NULL, 0, 0 };
	struct dirent *e;
	int n = 0;

	while (d && n < 10 && (e = readdir(d))) {
		if (e->d_name[0] != '.')
			strbuf_add(&b, "%s%s", n++ ? ", " : "have: ", e->d_name);
	}
	strbuf_add(&b, "%s", n ? "; " : "");
	return b.str;
}

static int open_named(const char *name, char **err)
{
	_cleanup_free_ char *path = NULL;
	int fd, rc;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return FAIL(err, -EINVAL, "netns '%s': not a name (as `ip netns list` prints it)", name);
	path = xasprintf(NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	rc = -errno;
	if (rc == -ENOENT) {
		_cleanup_free_ char *have = known_names();

		return FAIL(err, rc, "netns %s: no such network namespace (%screate it: ip netns add %s)", name, have, name);
	}
	return FAIL(err, rc, "netns %s: %s (needs root)", name, strerror(-rc));
}

int netns_enter(const char *name, int *back, char **err)
{
	_cleanup_close_ int old = -1;
	_cleanup_close_ int fd = open_named(name, err);

	if (fd < 0)
		return fd;
	if (back) {
		old = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		if (old < 0) {
			int rc = -errno;

			return FAIL(err, rc, "netns: cannot open the present one: %s (is /proc mounted?)", strerror(-rc));
		}
	}
	if (setns(fd, CLONE_NEWNET) < 0) {
		int rc = -errno;

		if (rc == -EINVAL)
			return FAIL(err, rc, "netns %s: " NETNS_DIR "/%s is no network namespace (left over? ip netns delete %s)",
				    name, name, name);
		return FAIL(err, rc, "netns %s: cannot enter it: %s (needs root or CAP_SYS_ADMIN)", name, strerror(-rc));
	}
	if (back)
		*back = TAKE_FD(old);
	return 0;
}

int netns_return(int fd, char **err)
{
	int rc;

	if (!setns(fd, CLONE_NEWNET))
		return 0;
	rc = -errno;
	return FAIL(err, rc, "netns: cannot go back to the caller's: %s", strerror(-rc));
}

int netns_cookie(uint64_t *cookie, char **err)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*cookie);
	int rc;

	if (fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &len) && len == sizeof(*cookie))
		return 0;
	rc = errno ? -errno : -EINVAL;
	if (rc == -ENOPROTOOPT)
		return FAIL(err, rc, "netns: the kernel numbers no network namespaces (needs Linux 5.15 or later)");
	return FAIL(err, rc, "netns: cannot read the namespace's number: %s", strerror(-rc));
}
