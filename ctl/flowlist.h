/* SPDX-License-Identifier: GPL-2.0 */
/* The flow table as user space sees it: copies of the entries that are live. */
#ifndef FW_FLOWLIST_H
#define FW_FLOWLIST_H

#include "state.h"

struct flow_list { struct flow *v; size_t n, cap; };
void flow_list_free(struct flow_list *l);
#define _cleanup_flow_list_ _cleanup_(flow_list_free)

/* Fill of the table. */
struct flow_fill { __u64 confirmed, unconfirmed; };

/*
 * Live flows (not past their timeout), each a consistent copy: an entry that changes hands while it is copied is read
 * again. `fill` may be NULL, and `out` too. 0 or a negative errno.
 */
int flow_list_read(const struct state *s, struct flow_list *out, struct flow_fill *fill);

#endif
