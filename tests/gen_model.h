/* SPDX-License-Identifier: GPL-2.0 */
/* Random rulesets as models, from small pools of values, so that rules overlap and random packets hit them. */
#ifndef FW_TESTS_GEN_MODEL_H
#define FW_TESTS_GEN_MODEL_H

#include "../ctl/compile.h"
#include "../ctl/model.h"
#include "random.h"

enum { GEN_IFACES = 6, GEN_SETS = 5 };
extern const char gen_ifaces[GEN_IFACES][IFNAMSIZ]; /* eth0 to eth5; their numbers in tests are 1 to 6 */

/* Instance numbers of generated rulesets, as compile() asks for them: interfaces from 1, sets from 100. */
iface_id_t gen_iface_number(void *arg, const char *name);
__u16 gen_set_number(void *arg, size_t index);
extern const struct compile_names gen_names;

struct gen_style {
	size_t rules;
	unsigned int percent; /* chance that a rule asks for a field */
	bool addresses;       /* every rule asks for both addresses, from a large pool: few rules match a packet */
	bool sets;            /* dynamic sets */
	bool per_packet;      /* per-packet fields */
};

/* An address of the pool, or near one: v4-mapped where FAMILY_INET. */
addr_t gen_addr(struct random *g, enum family family);

/* Zero or more of every field; fields may contradict each other. gen_model_free releases it. */
void gen_model(struct random *g, const struct gen_style *style, struct ruleset *rs);
void gen_model_free(struct ruleset *rs);

#endif
