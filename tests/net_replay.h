/* SPDX-License-Identifier: GPL-2.0 */
/* For tests that run packets through the kernel programs (they need root). */
#ifndef FW_TESTS_NET_REPLAY_H
#define FW_TESTS_NET_REPLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/instance.h"
#include "../ctl/parse.h"
#include "../ctl/programs.h"
#include "../ctl/replay.h"
#include "../ctl/util.h"

/* 2026-01-01, when a replay begins where its time does not matter. */
#define START_NS (1767225600 * 1000000000ull)

/* Which program judges: XDP and TC ingress are told that packets come in, TC egress that they go out. */
enum net_hook { NET_XDP, NET_TC_OUT, NET_TC_IN, NET_HOOKS };

static inline unsigned int net_load(enum net_hook h) { return h == NET_XDP ? LOAD_XDP : h == NET_TC_OUT ? LOAD_OUT : LOAD_IN; }

static inline enum direction net_direction(enum net_hook h) { return h == NET_TC_OUT ? DIRECTION_OUT : DIRECTION_IN; }

/* Skipped with status 77 where the kernel would not let us. */
static inline int net_refused(const char *test)
{
	_cleanup_free_ char *err = NULL;

	if (!instance_privileged(&err))
		return 0;
	fprintf(stderr, "%s: skipped: %s\n", test, err);
	return 77;
}

/* Rules that must be right. */
static inline void net_rules(const char *text, size_t len, struct ruleset *rs)
{
	struct diag d = { .io_error = 0 };

	if (ruleset_parse("rules", text, len, rs, &d)) {
		_cleanup_strbuf_ struct strbuf s = { NULL, 0, 0 };

		for (size_t i = 0; i < d.errors.n; i++) {
			diag_render(&d.errors.v[i], &s);
			strbuf_add(&s, "\n");
		}
		fail_msg("%s\n%.*s", s.str, (int)len, text);
	}
	diag_free(&d);
}

/* `load`: the programs that will be asked, bits of net_load. */
static inline struct replay *net_open(const struct ruleset *rs, const char *on, unsigned int load)
{
	_cleanup_free_ char *err = NULL;
	struct replay *r = NULL;

	if (replay_open_hooks(rs, on, load, &r, &err))
		fail_msg("%s", err);
	return r;
}

static inline const struct replay_result *net_judge(struct replay *r, enum net_hook h, uint64_t time_ns, const struct frame *f)
{
	const struct replay_result *result = NULL;
	_cleanup_free_ char *err = NULL;
	int rc = h == NET_TC_IN ? replay_packet_tc_in(r, time_ns, f, &result, &err)
				: replay_packet(r, net_direction(h), time_ns, f, &result, &err);

	if (rc)
		fail_msg("%s", err);
	return result;
}

/* Position of a rule as users count: 0 the default. */
static inline unsigned int net_rule_number(rule_id_t r) { return rule_is_none(r) ? 0 : r.raw + 1; }

#endif
