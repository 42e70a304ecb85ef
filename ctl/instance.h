/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance: what fwctl keeps for one network namespace. Its pins live in /sys/fs/bpf/fwctl/net-<cookie>/,
 * mode 0700, owned by root. It is the present namespace's: enter another one first (netns.h).
 */
#ifndef FW_INSTANCE_H
#define FW_INSTANCE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

enum { INSTANCE_NAME_MAX = 63 }; /* bytes of a pin's name; no '/' and no '.' (bpffs has none) */

/* Take part in changes: INSTANCE_CREATE makes what is missing, INSTANCE_LOCK waits for other writers. */
enum { INSTANCE_CREATE = 1, INSTANCE_LOCK = 2 };

struct instance {
	char dir[80];   /* for system calls of this process; may go through /proc/self/fd */
	char shown[80]; /* for messages: /sys/fs/bpf/fwctl/net-<cookie> */
	int base_fd;    /* the BPF file system */
	int lock_fd;    /* the directory; holds the lock with INSTANCE_LOCK */
	__u64 cookie;
};
#define INSTANCE_CLOSED ((struct instance){ .base_fd = -1, .lock_fd = -1 })

/* Whether this process may do what fwctl does; else -EPERM with *err. */
int instance_privileged(char **err);

/*
 * Open the present namespace's instance. Without INSTANCE_CREATE, -ENOENT where there is none (with *err).
 * Directories that are not root's or are open to others are refused: -EPERM. With INSTANCE_LOCK at most thirty
 * seconds are spent waiting: -EBUSY then; the lock ends with instance_close() or with the process.
 */
int instance_open(struct instance *in, unsigned int flags, char **err);
void instance_close(struct instance *in);
#define _cleanup_instance_ _cleanup_(instance_close)

/* Whether a process holds the lock, to change something. */
bool instance_changing(const struct instance *in);

/* Path of the pin NAME; owned by the caller. */
char *instance_pin(const struct instance *in, const char *name);

/* Names of the pins (and directories), sorted. *v and its strings are the caller's: instance_names_free(). */
int instance_list(const struct instance *in, char ***v, size_t *n, char **err);
void instance_names_free(char **v, size_t n);

/* -ENOENT, and *err: there is no instance here. */
int instance_none(char **err);

/* Remove the directory where nothing is in it: an instance that came to nothing. The lock is held. */
void instance_give_up(const struct instance *in);

/*
 * Remove all pins and the directory; the instance can only be closed then. Programs that are still attached
 * by pinned links end with the pins: detach first (hook.h) to see it happen at once.
 */
int instance_purge(struct instance *in, char **err);

#endif
