/* SPDX-License-Identifier: GPL-2.0 */
/* Records as IPFIX messages: fills them, and sees to it that templates and options come when they are due. */
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "ipfix.h"
#include "ipfix_link.h"
#include "util.h"

/*
 * A UDP collector that was started later waits for templates (RFC 7011, 8.4); over TCP they are sent once a session (8.1). Messages are to fit into a packet: Ethernet's
 * 1,500 bytes less the headers of IPv6 and UDP, and some for tunnels.
 */
#define SECOND_NS 1000000000ull
enum { OPTIONS_S = 30, AGAIN_S = 1, UDP_BYTES = 1400, TCP_BYTES = 16384, CLOSE_MS = 3000, NAMED_MAX = 64 };
enum { NAMES_A_TICK = 200 }; /* over UDP, which has no room for very many at once: some 10 messages */

/* A ruleset whose rules are named, and the position of the next one to name: 0 is the default. */
struct named {
	__u32 id;
	size_t next;
	bool all;
};

struct sink_ipfix {
	struct sink sink;
	struct ipfix_link *link;
	struct ipfix_message m;
	bool begun;       /* there is a message at hand */
	bool busy;        /* options are under way */
	__u32 flows;      /* records of the journal in it */
	__u32 sequence;   /* data records in the session so far */
	__u32 session;    /* of the link, as it was when templates were sent */
	__u64 now;        /* monotonic ns: the last tick */
	__u64 begun_at;   /* when the session was begun with templates */
	__u64 options_at; /* when options are due again, on UDP with the templates */
	bool tcp, rules_due;
	struct named named[NAMED_MAX]; /* in this session, or since the templates were last sent */
	unsigned int names_left;       /* of this tick */
	unsigned int nnamed;
	__u8 buf[TCP_BYTES];
};

static void begin(struct sink_ipfix *x)
{
	ipfix_begin(&x->m, x->buf, x->tcp ? TCP_BYTES : UDP_BYTES);
	x->begun = true;
	x->flows = 0;
}

static void finish(struct sink_ipfix *x)
{
	struct export_state *st = x->sink.env->st;
	struct export_tally tally = journal_sum(st, SINK_IPFIX, x->flows);
	size_t n;

	if (!x->begun)
		return;
	n = ipfix_end(&x->m, (__u32)time(NULL), x->sink.env->domain, x->sequence);
	x->sequence += x->m.records;
	x->begun = false;
	journal_settle(st, SINK_IPFIX, x->flows, &st->queued[SINK_IPFIX]);
	ipfix_link_send(x->link, x->buf, n, &tally);
}

/* Adds by `add`, in a new message where that at hand is full. */
#define ADD(x, add)                  \
	do {                         \
		if (!(x)->begun)     \
			begin(x);    \
		if (!(add)) {        \
			finish(x);   \
			begin(x);    \
			(void)(add); \
		}                    \
	} while (0)

static struct named *named_of(struct sink_ipfix *x, __u32 id)
{
	for (unsigned int i = 0; i < x->nnamed; i++)
		if (x->named[i].id == id)
			return &x->named[i];
	if (x->nnamed == NAMED_MAX) /* the oldest is forgotten, and named again when it is needed */
		memmove(&x->named[0], &x->named[1], --x->nnamed * sizeof(x->named[0]));
	x->named[x->nnamed] = (struct named){ .id = id };
	return &x->named[x->nnamed++];
}

/* What the numbers of a ruleset's rules mean, once in a session; over UDP again with the templates, where they are used. */
static void name_rules(struct sink_ipfix *x, __u32 id, const struct ruleset *rs)
{
	struct named *n = named_of(x, id);

	for (; !n->all && x->names_left; n->next++) {
		const char *label = !n->next ? "default" : rs->rules[n->next - 1].label;

		n->all = n->next == rs->nrules;
		if (!label[0])
			continue;
		ADD(x, ipfix_add_rule(&x->m, id, (__u32)n->next, label));
		if (!x->tcp)
			x->names_left--;
	}
}

/* Over UDP they are named again; those that are being named go on, so that each has its turn. */
static void forget_named(struct sink_ipfix *x, bool new_session)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < x->nnamed && !new_session; i++)
		if (!x->named[i].all)
			x->named[kept++] = x->named[i];
	x->nnamed = kept;
}

static void name_live_rules(struct sink_ipfix *x)
{
	const struct known_rules *live = x->sink.env->rules;

	if (live)
		name_rules(x, live->id, &live->rules);
	x->rules_due = live && !named_of(x, live->id)->all; /* the rest in the next ticks */
}

static void add_unsent(struct sink_ipfix *x)
{
	struct export_state *st = x->sink.env->st;
	struct export_tally unsent = st->lost[SINK_IPFIX];

	tally_add(&unsent, &st->unseen);
	ADD(x, ipfix_add_unsent(&x->m, (__u32)getpid(), &unsent));
}

/* A session, or over UDP what may be one: an error says that the collector may have been away, and errors may come with each message. */
static bool session_is_due(const struct sink_ipfix *x, __u64 now)
{
	return ipfix_link_session(x->link) != x->session && (x->tcp || !x->begun_at || now >= x->begun_at + AGAIN_S * SECOND_NS);
}

/* Templates and options where they are due: in a new session, and from time to time. */
static void options_if_due(struct sink_ipfix *x, __u64 now)
{
	bool new_session = session_is_due(x, now), again = now >= x->options_at;

	if (x->busy || ipfix_link_state(x->link) != LINK_UP || (!new_session && !again && !x->rules_due))
		return;
	x->busy = true;
	finish(x);
	if (new_session && x->tcp)
		x->sequence = 0;
	if (new_session) {
		x->session = ipfix_link_session(x->link);
		x->begun_at = now;
	}
	if (new_session || (again && !x->tcp)) {
		ADD(x, ipfix_add_templates(&x->m));
		forget_named(x, new_session);
	}
	name_live_rules(x);
	if (new_session || again) {
		add_unsent(x);
		x->options_at = now + OPTIONS_S * SECOND_NS;
	}
	finish(x);
	x->busy = false;
}

static void ipfix_add(struct sink *s, const struct flow_record *r, const struct flow_context *c)
{
	struct sink_ipfix *x = (struct sink_ipfix *)s;

	if (!x->begun)
		options_if_due(x, x->now);
	if (c->rules && ipfix_link_state(x->link) == LINK_UP)
		name_rules(x, r->ruleset, c->rules);
	ADD(x, ipfix_add_flow(&x->m, r));
	x->flows++;
}

static void ipfix_flush(struct sink *s) { finish((struct sink_ipfix *)s); }

static void ipfix_tick(struct sink *s, __u64 now)
{
	struct sink_ipfix *x = (struct sink_ipfix *)s;

	x->now = now;
	x->names_left = NAMES_A_TICK;
	ipfix_link_tick(x->link, now);
	options_if_due(x, now);
}

static void ipfix_reopen(struct sink *s) { (void)s; }
static void ipfix_rules(struct sink *s) { ((struct sink_ipfix *)s)->rules_due = true; }

static void ipfix_close(struct sink *s)
{
	struct sink_ipfix *x = (struct sink_ipfix *)s;

	finish(x);
	x->options_at = 0; /* what was not sent, a last time */
	options_if_due(x, x->now);
	ipfix_link_close(x->link, CLOSE_MS);
	free(x);
}

static const struct sink_ops ipfix_ops = {
	.add = ipfix_add,
	.flush = ipfix_flush,
	.tick = ipfix_tick,
	.reopen = ipfix_reopen,
	.rules = ipfix_rules,
	.close = ipfix_close,
};

struct sink *sink_ipfix_open(struct sink_env *env, const struct ipfix_target *target)
{
	struct sink_ipfix *x = (struct sink_ipfix *)xcalloc(1, sizeof(*x));
	struct export_state *st = env->st;
	struct export_tally queued = st->queued[SINK_IPFIX];

	*x = (struct sink_ipfix){ .sink = { SINK_IPFIX, env, &ipfix_ops }, .tcp = target->tcp, .names_left = NAMES_A_TICK };
	if (st->sinks & 1u << SINK_IPFIX)
		journal_settle(st, SINK_IPFIX, journal_pending(st, SINK_IPFIX), &st->lost[SINK_IPFIX]);
	/* A killed collector's connection is gone with all that was not read; a datagram is on its way all the same. */
	journal_move(st, &st->queued[SINK_IPFIX], st->sinks & SINKS_TCP ? &st->lost[SINK_IPFIX] : &st->sent[SINK_IPFIX], &queued);
	x->link = ipfix_link_open(&x->sink, target);
	return &x->sink;
}
