/* SPDX-License-Identifier: GPL-2.0 */
/* The BPF file system where pins live, whatever mount namespace the command was started in. */
#ifndef FW_BPFFS_H
#define FW_BPFFS_H

#include <stdbool.h>

#define BPFFS_ROOT "/sys/fs/bpf"

/*
 * Make sure that a BPF file system is mounted on /sys/fs/bpf, and open it (O_PATH). Returns a descriptor
 * owned by the caller, or a negative errno with *err. *foreign is set when it is another mount namespace's:
 * then paths must go through /proc/self/fd.
 *
 * `ip netns exec` gives its command a mount namespace and a fresh /sys of its own; a BPF file system mounted
 * there would vanish with the command, and the pins with it. So where none is mounted here, the one of the
 * outermost ancestor process with another mount namespace is used.
 */
int bpffs_open(bool *foreign, char **err);

#endif
