/* SPDX-License-Identifier: GPL-2.0 */
/* Events for people and programs: `monitor`. */
#ifndef FW_PACKETVIEW_H
#define FW_PACKETVIEW_H

#include "record.h"
#include "../shared/event.h"

/* What an event's numbers mean. */
struct packet_context {
	const struct ruleset *rules; /* those of the event, for labels; NULL where they are not known any more */
	const char *iface;           /* "" where it has no name */
	__u64 time_ns;               /* since the epoch */
};

/* A line, without its end: when, what became of the packet and why, and the packet in words that `explain` takes. */
void packet_line(struct strbuf *out, const struct packet_context *c, const struct packet_event *e);
/* The same as one JSON object. */
void packet_json(struct json *j, const struct packet_context *c, const struct packet_event *e);
/* Its first bytes as lines of 16, for -v. */
void packet_dump(struct strbuf *out, const struct packet_event *e);

/* That a flow began, or is over and why. END_CLOSED with a verdict that stops it: the rules have cut it. */
struct flow_change {
	const struct flow *flow;
	__u64 time_ns; /* of the event, since the epoch */
	bool over;
	enum end_reason end; /* where it is over */
};
void flow_event_line(struct strbuf *out, const struct flow_context *c, const struct flow_change *t);
void flow_event_json(struct json *j, const struct flow_context *c, const struct flow_change *t);

#endif
