/* SPDX-License-Identifier: GPL-2.0 */
/* A second reading of the format in shared/tables.h, independent of classify.h; every index is checked. */
#ifndef FW_TESTS_REF_WALK_H
#define FW_TESTS_REF_WALK_H

#include "../ctl/tables.h"

/* First rule of one image that matches, or RULE_NONE_RAW. Aborts where an index is out of its array. */
__u32 ref_walk(const struct tables *t, enum image image, const struct packet *p, enum direction dir, iface_id_t iface);

#endif
