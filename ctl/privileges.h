/* SPDX-License-Identifier: GPL-2.0 */
/* Giving up privileges, for processes that stay. */
#ifndef FW_PRIVILEGES_H
#define FW_PRIVILEGES_H

#include <linux/types.h>

/*
 * Keeps the capabilities of `keep` (bits 1 << CAP_*; 0: none) and no others, for good: not in the bounding or ambient set either, and
 * no program that would be run gets any (PR_SET_NO_NEW_PRIVS). 0 or a negative errno with *err.
 */
int privileges_keep(__u64 keep, char **err);

#endif
