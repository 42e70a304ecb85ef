/* SPDX-License-Identifier: GPL-2.0 */
/* The rule compiler: a ruleset to the tables that classify.h walks. */
#ifndef FW_COMPILE_H
#define FW_COMPILE_H

#include "model.h"
#include "tables.h"

/* The instance's numbers for what the rules name. */
struct compile_names {
	iface_id_t (*iface)(void *arg, const char *name); /* 1 to 255; IFACE_NONE: there is no number left for it */
	__u16 (*set)(void *arg, size_t index);            /* index in ruleset.sets */
	void *arg;
};

/*
 * Compile `rs` to *out, which is overwritten and on success owned by the caller (tables_free); empty on error.
 * set_contains and set_arg are left NULL. `names` need not have the callbacks that the rules do not need. 0, or with a
 * message in *err (as for FAIL, fail.h): -E2BIG for more rules, classes or references to sets than the tables can
 * hold, -ENOENT for an interface without a number, -EINVAL for a reference to a set that is not there.
 */
int compile(const struct ruleset *rs, const struct compile_names *names, struct tables *out, char **err);

#endif
