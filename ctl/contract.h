/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kernel and user space agree on: kind, sizes and layouts of all maps, as this binary's embedded BPF objects say. A map
 * that another binary made is used only where it has the very same.
 */
#ifndef FW_CONTRACT_H
#define FW_CONTRACT_H

#include <linux/types.h>
#include "mapset.h"

/*
 * Is the map that fd refers to what this binary takes for `name`? -EPROTO with *err = "WHERE/NAME: ..." (the difference, and
 * what to do) where it is not, or where it has no BTF that would tell.
 */
int contract_check(const char *name, int fd, const char *where, char **err);
/* The same error for a map that should be there and is not. */
int contract_missing(const char *name, const char *where, char **err);
/* All open maps of a group (mapset.h). */
int contract_check_group(const struct map_group *g, const void *maps, const char *where, char **err);

/* Hash over the contract, 16 hexadecimal digits. Static storage. */
const char *contract_text(void);

#endif
