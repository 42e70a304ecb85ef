/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces by name, as `ip -n NAME` finds them. */
#ifndef FW_NETNS_H
#define FW_NETNS_H

#include <stdint.h>

/*
 * Enter the network namespace NAME (/run/netns/NAME) with the calling thread. The mount namespace stays, so
 * that pins remain visible. When back is given, *back gets a descriptor of the namespace left (owned by the
 * caller, for netns_return). Returns 0 or a negative errno with *err.
 */
int netns_enter(const char *name, int *back, char **err);
int netns_return(int fd, char **err);

/* The present namespace's number: never used twice in one boot (SO_NETNS_COOKIE, Linux 5.14). */
int netns_cookie(uint64_t *cookie, char **err);

#endif
