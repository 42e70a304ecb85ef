/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own classifier (shared/classify.h), run natively over compiled tables. */
#ifndef FW_CTL_CLASSIFY_H
#define FW_CTL_CLASSIFY_H

#include "../shared/flow.h"
#include "tables.h"

/*
 * First rule that matches the packet in this direction at this interface, by both images; rule_none() where the default
 * decides. 0, or -EILSEQ when the tables contradict themselves.
 */
int tables_classify(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface, rule_id_t *out);
/* What the programs do with it then: the decision of that rule or the direction's default. Errors as above. */
int tables_judge(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface, judged_t *out);
/* The first match by one image alone. */
int tables_classify_image(const struct tables *t, enum image image, const struct packet *p, enum direction direction,
			  iface_id_t iface, rule_id_t *out);
/* The first match, by both images, among the rules from the position `from` on: what would decide without those before. */
int tables_classify_from(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface,
			 rule_id_t from, rule_id_t *out);

#endif
