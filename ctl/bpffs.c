/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bpffs.h"
#include "fail.h"

static bool is_bpffs(const char *path)
{
	struct statfs st;

	return !statfs(path, &st) && (unsigned long)st.f_type == BPF_FS_MAGIC;
}

static bool mount_ns_of(pid_t pid, struct stat *st)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/ns/mnt", (int)pid);

	return !stat(path, st);
}

/* The outermost ancestor that we may look at, when its mount namespace is not ours; else 0. */
static pid_t ancestor_outside(void)
{
	pid_t pid = getpid(), last = 0;
	struct stat ours, theirs = { 0 };

	if (!mount_ns_of(pid, &ours))
		return 0;
	while ((pid = process_parent(pid)) > 0 && mount_ns_of(pid, &theirs))
		last = theirs.st_ino == ours.st_ino ? 0 : pid;
	return last;
}

static int mount_here(void)
{
	if (mount("bpf", BPFFS_ROOT, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME, "mode=0700") < 0)
		return -errno;
	/* Peers of the mount (containers' copies of it) do not follow what is done to it later. */
	return mount(NULL, BPFFS_ROOT, NULL, MS_PRIVATE, NULL) < 0 ? -errno : 0;
}

/* Mount in the mount namespace of pid, in a child: the present process keeps its root and working directory. */
static int mount_outside(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/ns/mnt", (int)pid);
	_cleanup_close_ int ns = open(path, O_RDONLY | O_CLOEXEC);
	pid_t child;
	int status;

	if (ns < 0)
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		int rc = setns(ns, CLONE_NEWNS) < 0 ? -errno : 0;

		if (!rc && !is_bpffs(BPFFS_ROOT))
			rc = mount_here();
		_exit(-rc);
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static int open_root(const char *path, char **err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd >= 0)
		return fd;
	rc = -errno;
	return FAIL(err, rc, BPFFS_ROOT ": cannot open the BPF file system: %s", strerror(-rc));
}

int bpffs_open(bool *foreign, char **err)
{
	_cleanup_free_ char *outer = NULL;
	pid_t pid = 0;
	int rc = 0;

	*foreign = false;
	if (is_bpffs(BPFFS_ROOT))
		return open_root(BPFFS_ROOT, err);
	pid = ancestor_outside();
	if (pid) {
		outer = xasprintf("/proc/%d/root" BPFFS_ROOT, (int)pid);
		if (!is_bpffs(outer))
			rc = mount_outside(pid);
		if (!rc && is_bpffs(outer)) {
			*foreign = true;
			return open_root(outer, err);
		}
	} else {
		rc = mount_here();
		if (!rc)
			return open_root(BPFFS_ROOT, err);
	}
	return FAIL(err, rc ? rc : -ENOENT,
		    BPFFS_ROOT ": no BPF file system is mounted and mounting one failed: %s "
			       "(mount -t bpf bpf " BPFFS_ROOT "%s)",
		    strerror(rc ? -rc : ENOENT), pid ? ", outside of `ip netns exec`" : "");
}
