/* SPDX-License-Identifier: GPL-2.0 */
#include "record.h"
#include "timefmt.h"

void record_json(struct json *j, const struct flow_context *c, const struct flow_record *r)
{
	char time[TIME_TEXT_MAX];

	json_object(j);
	flow_json_members(j, c, &r->flow);
	if (r->ruleset)
		json_key_uint(j, "ruleset", r->ruleset);
	json_key_string(j, "end_reason", end_reason_text(r->end));
	if (!r->first_record)
		json_key_string(j, "since", time_text(r->since_ns, time));
	json_end_object(j);
}

bool record_subtract(struct flow *now, const __u64 packets[2], const __u64 bytes[2])
{
	for (int i = 0; i < 2; i++)
		if (now->packets[i] < packets[i] || now->bytes[i] < bytes[i])
			return now->packets[0] || now->packets[1];
	for (int i = 0; i < 2; i++) {
		now->packets[i] -= packets[i];
		now->bytes[i] -= bytes[i];
	}
	return now->packets[0] || now->packets[1] || now->bytes[0] || now->bytes[1];
}
