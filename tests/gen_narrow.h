/* SPDX-License-Identifier: GPL-2.0 */
/* Random rules, always valid, over so few values that every packet that differs for any of them can be enumerated (universe.h). */
#ifndef FW_TESTS_GEN_NARROW_H
#define FW_TESTS_GEN_NARROW_H

#include "random.h"
#include "../ctl/util.h"

/* Some rules, with declarations, of a few fields at a time. */
void gen_narrow_rules(struct random *dice, struct strbuf *out);

#endif
