/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of what becomes of flows: a table of their own, under rules; packets that are described in words; and who reads their events. */
#ifndef FW_TESTS_NET_TABLE_H
#define FW_TESTS_NET_TABLE_H

#include "net_replay.h"
#include "build_packet.h"
#include "../ctl/events.h"

struct table {
	struct ruleset rs;
	struct replay *r;
	enum net_hook hook;
	uint64_t now;      /* ns; of the next packet */
	struct built last; /* the packet that was judged last */
};

/* `on`: the interface that packets come in or go out by; NULL: none. */
static inline struct table open_table_on(enum net_hook hook, const char *on, const char *rules)
{
	struct table t = { .hook = hook, .now = START_NS };

	net_rules(rules, strlen(rules), &t.rs);
	t.r = net_open(&t.rs, on, net_load(hook));
	return t;
}

static inline struct table open_table(enum net_hook hook, const char *rules) { return open_table_on(hook, NULL, rules); }

static inline void close_table(struct table *t)
{
	replay_close(t->r);
	ruleset_free(&t->rs);
}

/* The packet of these words (build_packet.h), now. */
static inline const struct replay_result *judge(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline const struct replay_result *judge(struct table *t, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	build_packet(text, &t->last);
	return net_judge(t->r, t->hook, t->now, &t->last.frame);
}

static inline struct events *reader(struct table *t, __u32 kinds, size_t bytes)
{
	_cleanup_free_ char *err = NULL;
	struct events *e = NULL;

	if (events_open(replay_instance(t->r), kinds, bytes, 0, &e, &err))
		fail_msg("%s", err);
	return e;
}

static inline uint64_t counted(struct table *t, enum event kind, enum event_fate fate)
{
	struct counters c;

	assert_int_equal(events_counted(replay_instance(t->r), kind, fate, &c), 0);
	return c.packets;
}

#endif
