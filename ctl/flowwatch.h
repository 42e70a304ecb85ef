/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows that end, each told once: by an event, or where none is sent (idle for too long, cut by a change of the rules, shared/event.h) by a
 * look at the table. One that was cut, and that the rules pass again, starts anew.
 */
#ifndef FW_FLOWWATCH_H
#define FW_FLOWWATCH_H

#include "flowlist.h"
#include "record.h"
#include "../shared/event.h"

struct flow_seen {
	struct flow flow;
	bool over;
	enum end_reason end;
};
struct flow_seen_list {
	struct flow_seen *v;
	size_t n, cap;
};

struct flow_watch {
	struct flow_table table;
	__u32 *told;                /* by place: whose end was told last (FLOW_TOLD | serial), 0: nobody's */
	__u32 at;                   /* the place to look at next */
	struct flow_seen_list seen; /* by the last look, to be told */
};

/* Flows that are over by now are taken for told. 0 or a negative errno with *err. */
int flow_watch_open(const struct state *s, struct flow_watch *out, char **err);
void flow_watch_close(struct flow_watch *w);

/* The timeouts are those of these rules from now on. */
void flow_watch_rules(struct flow_watch *w, const struct ruleset *rs);

/* EVENT_FLOW_CLOSED or EVENT_FLOW_END: false where this flow's end has been told, else *out says why it ended, and it counts as told. */
bool flow_watch_event(struct flow_watch *w, const struct flow_event *e, enum end_reason *out);

/*
 * Looks at the places of the table. Ends that have not been told are `seen` then, and count as told; so are flows that go on though their ends
 * were. False where there are more than it takes at once: the next look goes on there.
 */
bool flow_watch_look(struct flow_watch *w);

#endif
