/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of what becomes of flows: a table of their own, under rules, and packets that are described in words. */
#ifndef FW_TESTS_NET_TABLE_H
#define FW_TESTS_NET_TABLE_H

#include "net_replay.h"
#include "build_packet.h"

#define START_NS (1767225600 * 1000000000ull)

struct table {
	struct ruleset rs;
	struct replay *r;
	enum net_hook hook;
	uint64_t now; /* ns; of the next packet */
};

static inline struct table open_table(enum net_hook hook, const char *rules)
{
	struct table t = { .hook = hook, .now = START_NS };

	net_rules(rules, strlen(rules), &t.rs);
	t.r = net_open(&t.rs, NULL, net_load(hook));
	return t;
}

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
	struct built b;
	va_list ap;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	build_packet(text, &b);
	return net_judge(t->r, t->hook, t->now, &b.frame);
}

#endif
